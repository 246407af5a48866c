-- What a turn sent again, read from the cache or not, by the pause since the turn it continues (from start to start, as
-- a cache's lifetime is counted).
with paused as (
    select
        epoch(shown_calls.started_at - parents.started_at) as seconds,
        resent_tokens + echoed_tokens as again_tokens,
        least(cache_read_tokens, resent_tokens + echoed_tokens) as cached_tokens
    from shown_calls
    join links using (exchange_id)
    join ledgers using (exchange_id)
    join links as parents on parents.exchange_id = links.parent_exchange_id
    where current and cache_read_tokens is not null and resent_tokens is not null
),
-- Added up by step before the steps are joined: a join on ranges of each call would take several times as long.
added as (
    select
        case
            when seconds < 10 then 1 when seconds < 60 then 2 when seconds < 300 then 3 when seconds < 900 then 4
            when seconds < 1800 then 5 when seconds < 3600 then 6 when seconds < 43200 then 7 when seconds < 86400 then 8
            else 9
        end as step,
        count(*) as calls,
        sum(again_tokens) as again_tokens,
        sum(cached_tokens) as cached_tokens
    from paused
    where seconds >= 0
    group by step
),
steps as (
    select * from (values
        (1, 'up to 10 s'), (2, '10 s to 1 min'), (3, '1 to 5 min'), (4, '5 to 15 min'), (5, '15 to 30 min'),
        (6, '30 min to 1 h'), (7, '1 to 12 h'), (8, '12 to 24 h'), (9, 'over 24 h')
    ) as steps (step, pause)
)
select
    step,
    pause,
    coalesce(calls, 0) as calls,
    coalesce(cached_tokens, 0)::bigint as cached_tokens,
    coalesce(again_tokens - cached_tokens, 0)::bigint as missed_tokens,
    cached_tokens / nullif(again_tokens, 0) as hit_share
from steps
left join added using (step)
order by step
