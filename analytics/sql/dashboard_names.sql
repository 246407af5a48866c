-- The names that the filters offer, by what they name.
with names as (
    select distinct provider, coalesce(response_model, request_model) as model, app, team, client from exchanges
)
select distinct dimension, coalesce(name, '(not set)') as name
from (
    select unnest(['provider', 'model', 'app', 'team', 'client']) as dimension,
           unnest([provider, model, app, team, client]) as name
    from names
)
order by dimension, name
