-- Findings for the calls of calls.sql: one for every ninth, of six kinds.
insert into findings by name
select
    'finding-' || exchange_id as finding_id,
    ['resent_history', 'uncached_prefix', 'broken_prefix', 'expired_cache', 'repeated_request', 'unused_tools'][i % 6 + 1] as finding,
    ['history', 'caching', 'caching', 'caching', 'calls', 'history'][i % 6 + 1] as lever,
    conversation_id,
    exchange_id,
    started_at,
    'warning' as severity,
    ['certain', 'likely', 'possible'][i % 3 + 1] as confidence,
    1000 + i % 50000 as tokens,
    100000 as bytes,
    case when i % 10 > 0 then (i % 977) / 10000 end as usd,
    0.1 as paid_usd,
    '{"calls": 3}'::json as evidence,
    'Something could be better here, and this sentence says what.' as advice
from (select *, row_number() over (order by started_at, exchange_id) as i from links)
where i % 9 = 0;
