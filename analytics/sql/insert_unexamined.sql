insert into unexamined select conversation_id, due_at::timestamp, changed from batch;
