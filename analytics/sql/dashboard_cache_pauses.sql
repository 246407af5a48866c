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
steps as (
    select * from (values
        (1, 0, 10, 'up to 10 s'), (2, 10, 60, '10 s to 1 min'), (3, 60, 300, '1 to 5 min'), (4, 300, 900, '5 to 15 min'),
        (5, 900, 1800, '15 to 30 min'), (6, 1800, 3600, '30 min to 1 h'), (7, 3600, 43200, '1 to 12 h'),
        (8, 43200, 86400, '12 to 24 h'), (9, 86400, 1e12, 'over 24 h')
    ) as steps (step, shortest, longest, pause)
)
select
    step,
    pause,
    count(seconds) as calls,
    coalesce(sum(cached_tokens), 0)::bigint as cached_tokens,
    coalesce(sum(again_tokens - cached_tokens), 0)::bigint as missed_tokens,
    sum(cached_tokens) / nullif(sum(again_tokens), 0) as hit_share
from steps
left join paused on seconds >= shortest and seconds < longest
group by step, pause
order by step
