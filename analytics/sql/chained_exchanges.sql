-- The exchanges that may be turns of a conversation, in the order of time.
select exchange_id from chains order by started_at, exchange_id
