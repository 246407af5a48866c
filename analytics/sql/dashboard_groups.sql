-- The same by model, app, team and client, the most expensive first.
select
    case
        when grouping(model) = 0 then 'model'
        when grouping(app) = 0 then 'app'
        when grouping(team) = 0 then 'team'
        else 'client'
    end as dimension,
    coalesce(model, app, team, client) as name,
    sum(columns('^(calls|unmetered|(input|new|resent|echoed|remembered|output)_tokens)$'))::bigint,
    (sum(unpriced) + sum(unmetered))::bigint as unpriced,
    sum(columns('^(cost|new|again|cache_read|cache_write|output|outside)_usd$')),
    sum(cache_read_tokens) / nullif(sum(cacheable_tokens), 0) as cache_hit_share,
    (sum(resent_tokens) + sum(echoed_tokens)) / nullif(sum(split_tokens), 0) as echo_share
from shown_hours
where current
group by grouping sets ((model), (app), (team), (client))
order by dimension, cost_usd desc nulls last, input_tokens desc nulls last, name
