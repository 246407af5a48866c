-- Conversations that something was added to, which is noted once: the next to ask finds none.
update unexamined set changed = false where changed returning conversation_id;
