select exchange_id from links semi join wanted using (conversation_id);
