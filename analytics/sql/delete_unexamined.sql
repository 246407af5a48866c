delete from unexamined where conversation_id in (select conversation_id from wanted);
