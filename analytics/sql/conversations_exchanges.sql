select exchange_id, started_at from links semi join wanted using (conversation_id);
