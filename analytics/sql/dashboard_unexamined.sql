-- Conversations that wait to be examined for findings.
select count(distinct conversation_id) as conversations from unexamined where changed
