-- The links of the exchanges at hand, of those they continue, and of those that continue the same ones.
with parents as (
    select exchange_id from at_hand
    union
    select parent_exchange_id from links where exchange_id in (select at_hand.exchange_id from at_hand)
)
select
    exchange_id, started_at, conversation_id, turn, branch, parent_exchange_id, beside_exchange_id, relation
from links
where exchange_id in (select exchange_id from parents)
   or parent_exchange_id in (select exchange_id from parents where exchange_id is not null)
