-- The names that the filters offer, by what they name.
with names as (
    select distinct provider, model, app, team, client from hours
)
select distinct dimension, coalesce(name, '(not set)') as name
from (
    select unnest(['provider', 'model', 'app', 'team', 'client']) as dimension,
           unnest([provider, model, app, team, client]) as name
    from names
)
order by dimension, name
