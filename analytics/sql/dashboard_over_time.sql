-- What was spent and sent, by hour, day, week or month: whichever leaves a legible number of bars.
with shown as (
    select * from shown_hours where current
),
stretch as (
    select datediff('hour', min(hour), max(hour)) as hours from shown
)
select
    date_trunc(
        case when hours <= 72 then 'hour' when hours <= 24 * 120 then 'day' when hours <= 24 * 800 then 'week' else 'month' end,
        hour
    ) as starting,
    case when hours <= 72 then 'hour' when hours <= 24 * 120 then 'day' when hours <= 24 * 800 then 'week' else 'month' end
        as bucket,
    sum(calls)::bigint as calls,
    (sum(unpriced) + sum(unmetered))::bigint as unpriced,
    sum(unmetered)::bigint as unmetered,
    sum(cost_usd) as cost_usd,
    sum(new_usd) as new_usd,
    sum(again_usd) as again_usd,
    sum(cache_read_usd) as cache_read_usd,
    sum(cache_write_usd) as cache_write_usd,
    sum(output_usd) as output_usd,
    sum(outside_usd) as outside_usd,
    sum(input_tokens)::bigint as input_tokens,
    sum(new_tokens)::bigint as new_tokens,
    sum(resent_tokens)::bigint as resent_tokens,
    sum(echoed_tokens)::bigint as echoed_tokens,
    sum(remembered_tokens)::bigint as remembered_tokens,
    sum(output_tokens)::bigint as output_tokens,
    sum(cache_read_tokens) / nullif(sum(cacheable_tokens), 0) as cache_hit_share,
    (sum(resent_tokens) + sum(echoed_tokens)) / nullif(sum(split_tokens), 0) as echo_share
from shown, stretch
group by starting, bucket
order by starting
