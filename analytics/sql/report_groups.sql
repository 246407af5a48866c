-- The same by model, by app, by team and by day.
select
    case
        when grouping(model) = 0 then 'model'
        when grouping(app) = 0 then 'app'
        when grouping(team) = 0 then 'team'
        else 'day'
    end as dimension,
    coalesce(model, app, team, day::varchar) as name,
    count(*) as calls,
    sum(input_tokens)::bigint as input_tokens,
    sum(output_tokens)::bigint as output_tokens,
    sum(resent_tokens + echoed_tokens) / nullif(sum(input_tokens) filter (resent_tokens is not null), 0) as echo_share,
    sum(cost_usd) as cost_usd,
    count(*) filter (cost_usd is null and usage_basis <> 'none') as unpriced
from report_calls
group by grouping sets ((model), (app), (team), (day))
order by dimension, case when dimension = 'day' then name end, cost_usd desc nulls last, input_tokens desc nulls last
