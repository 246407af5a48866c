-- The wanted calls, the rest of their conversations, and the calls with the same instructions that may have kept their
-- cache warm: from a day before the first of them, the latest 20,000.
with mine as (
    select exchanges.exchange_id, preamble_hash, exchanges.started_at, conversation_id
    from exchanges
    semi join wanted using (exchange_id)
    join links using (exchange_id)
),
span as (
    select min(started_at) - interval 1 day as since, max(started_at) as until from mine
),
warming as (
    select exchange_id
    from exchanges
    semi join mine using (preamble_hash)
    where started_at between (select since from span) and (select until from span)
    order by started_at desc, exchange_id
    limit 20000
)
select exchange_id, api
from exchanges
where exchange_id in (select exchange_id from warming)
   or exchange_id in (select exchange_id from links semi join mine using (conversation_id))
