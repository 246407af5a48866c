-- The calls that fetched a stored response which a call that is made anew made or fetched.
with named as (
    select distinct provider, response_id from exchanges semi join anew using (exchange_id)
)
select exchange_id
from exchanges
semi join named using (provider, response_id)
where api = 'openai.responses.retrieve'
order by exchange_id
