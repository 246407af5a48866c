-- Conversations that something was added to, or moved in.
insert into unexamined select conversation_id, null, true from changed;
