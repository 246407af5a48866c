-- The same by model, app, team and client, the most expensive first.
select
    case
        when grouping(model) = 0 then 'model'
        when grouping(app) = 0 then 'app'
        when grouping(team) = 0 then 'team'
        else 'client'
    end as dimension,
    coalesce(model, app, team, client) as name,
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
from shown_hours
where current
group by grouping sets ((model), (app), (team), (client))
order by dimension, cost_usd desc nulls last, input_tokens desc nulls last, name
