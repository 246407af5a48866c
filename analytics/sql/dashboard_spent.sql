-- What teams, apps and users spent; NULL where nothing is known.
select
    case when grouping(team) = 0 then 'team' when grouping(app) = 0 then 'app' else 'user' end as dimension,
    coalesce(team, app, user_name) as name,
    sum(cost_usd) as cost_usd,
    sum(unpriced)::bigint as unpriced
from shown_hours
where current
group by grouping sets ((team), (app), (user_name))
order by dimension, cost_usd desc nulls last, name
