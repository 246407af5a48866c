-- What was spent and sent, by hour, day, week or month: whichever leaves a legible number of bars.
with shown as (
    select * from shown_hours where current
),
stretch as (
    select datediff('hour', min(hour), max(hour)) as hours from shown
)
select
    date_trunc(
        case when hours <= 48 then 'hour' when hours <= 24 * 62 then 'day' when hours <= 24 * 7 * 62 then 'week' else 'month' end,
        hour
    ) as starting,
    case when hours <= 48 then 'hour' when hours <= 24 * 62 then 'day' when hours <= 24 * 7 * 62 then 'week' else 'month' end
        as bucket,
    sum(columns('^(calls|unmetered|(input|new|resent|echoed|remembered|output)_tokens)$'))::bigint,
    (sum(unpriced) + sum(unmetered))::bigint as unpriced,
    sum(columns('^(cost|new|again|cache_read|cache_write|output|outside)_usd$')),
    sum(cache_read_tokens) / nullif(sum(cacheable_tokens), 0) as cache_hit_share,
    (sum(resent_tokens) + sum(echoed_tokens)) / nullif(sum(split_tokens), 0) as echo_share
from shown, stretch
group by starting, bucket
order by starting
