-- By team, app and user: what they spent, how much of it was an echo, and their share of the findings' money.
with spent as (
    select
        case when grouping(team) = 0 then 'team' when grouping(app) = 0 then 'app' else 'user' end as dimension,
        coalesce(team, app, user_name) as name,
        sum(calls)::bigint as calls,
        (sum(unpriced) + sum(unmetered))::bigint as unpriced,
        sum(cost_usd) as cost_usd,
        sum(input_tokens)::bigint as input_tokens,
        sum(output_tokens)::bigint as output_tokens,
        (sum(resent_tokens) + sum(echoed_tokens)) / nullif(sum(split_tokens), 0) as echo_share,
        coalesce(sum(exact_tokens), 0) / nullif(sum(resent_tokens), 0) as exact_share,
        sum(cache_read_tokens) / nullif(sum(cacheable_tokens), 0) as cache_hit_share
    from shown_hours
    where current
    group by grouping sets ((team), (app), (user_name))
),
avoidable as (
    select
        case when grouping(team) = 0 then 'team' when grouping(app) = 0 then 'app' else 'user' end as dimension,
        coalesce(team, app, user_name) as name,
        count(*) filter (counts or unknown) as findings,
        sum(usd) filter (counts) as known_usd,
        sum(usd) filter (lever = 'history') as history_usd
    from shown_findings
    where current
    group by grouping sets ((team), (app), (user_name))
),
daily as (
    select
        case when grouping(team) = 0 then 'team' when grouping(app) = 0 then 'app' else 'user' end as dimension,
        coalesce(team, app, user_name) as name,
        date_trunc('day', hour) as day,
        coalesce(sum(cost_usd), 0) as cost_usd
    from shown_hours
    where current
    group by grouping sets ((team, day), (app, day), (user_name, day))
),
days as (
    select unnest(generate_series(min(day), max(day), interval 1 day)) as day from daily
),
trends as (
    select spent.dimension, spent.name, list(coalesce(daily.cost_usd, 0) order by days.day) as trend
    from spent
    cross join days
    left join daily on daily.dimension = spent.dimension and daily.name = spent.name and daily.day = days.day
    group by spent.dimension, spent.name
)
select
    spent.*,
    -- Nothing where nothing was found; unknown where nothing is known of what was.
    case when coalesce(findings, 0) = 0 then 0 else known_usd end as avoidable_usd,
    coalesce(history_usd, 0) as history_usd,
    trend
from spent
left join avoidable using (dimension, name)
left join trends using (dimension, name)
order by dimension, cost_usd desc nulls last, input_tokens desc nulls last, name
