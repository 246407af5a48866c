-- How much of the input was read from the cache, by turn of the conversation; later turns are taken together.
with shown as (
    select
        input_tokens,
        cache_read_tokens,
        cache_write_tokens,
        case when turn <= 6 then turn when turn <= 10 then 7 when turn <= 20 then 11 when turn <= 50 then 21 else 51 end as starting
    from shown_calls
    join links using (exchange_id)
    where current and cache_read_tokens is not null
)
select
    case starting when 7 then '7–10' when 11 then '11–20' when 21 then '21–50' when 51 then '51+' else starting::varchar end as turn,
    count(*) as calls,
    sum(input_tokens)::bigint as input_tokens,
    sum(cache_read_tokens)::bigint as cache_read_tokens,
    sum(cache_write_tokens)::bigint as cache_write_tokens,
    sum(cache_read_tokens) / nullif(sum(input_tokens), 0) as cache_hit_share
from shown
group by starting
order by starting
