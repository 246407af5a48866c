-- All links of the wanted conversations.
select
    exchange_id, started_at, conversation_id, turn, branch, parent_exchange_id, beside_exchange_id, relation
from links
where conversation_id in (select wanted.conversation_id from wanted)
