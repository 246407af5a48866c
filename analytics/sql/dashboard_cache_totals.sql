-- What the prompt caches served, and what was paid to fill them.
select
    sum(calls)::bigint as calls,
    (select count(*) from shown_calls where current and cache_read_tokens is null) as silent_calls,
    sum(cache_read_tokens)::bigint as cache_read_tokens,
    sum(cache_write_tokens)::bigint as cache_write_tokens,
    sum(cache_read_tokens) / nullif(sum(cacheable_tokens), 0) as cache_hit_share,
    sum(cache_read_usd) as cache_read_usd,
    sum(cache_write_usd) as cache_write_usd
from shown_hours
where current
