-- What the calls of a report cost, by what that bought, by hour, day, week or month: whichever leaves a legible number of
-- bars. Of the uncached input the end is new, since caches hold the front of a prompt (docs/ledgers.md).
with divided as (
    select
        *,
        input_tokens - coalesce(cache_read_tokens, 0) - coalesce(cache_write_tokens, 0) as uncached,
        case when uncached > 0 then least(uncached, new_tokens) / uncached end as new_share
    from report_calls
),
span as (
    select
        case when hours <= 48 then 'hour' when hours <= 24 * 62 then 'day' when hours <= 24 * 7 * 62 then 'week' else 'month' end
            as bucket
    from (select datediff('hour', min(started_at), max(started_at)) as hours from report_calls)
)
select
    date_trunc(bucket, started_at) as starting,
    bucket,
    count(*) as calls,
    count(*) filter (cost_usd is null and usage_basis <> 'none') as unpriced,
    sum(cost_usd) as cost_usd,
    sum(uncached_usd * new_share) as new_usd,
    sum(uncached_usd * (1 - new_share)) as again_usd,
    sum(cache_read_usd) as cache_read_usd,
    sum(cache_write_usd) as cache_write_usd,
    sum(output_usd) as output_usd,
    sum(outside_usd) as outside_usd
from divided, span
group by starting, bucket
order by starting
