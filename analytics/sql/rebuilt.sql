-- How much was made anew, of how much there is, and what it costs now and cost before.
select
    count(*) as exchanges,
    (select count(*) from exchanges) as stored_exchanges,
    (select count(distinct conversation_id) from links semi join anew using (exchange_id)) as conversations,
    (select count(distinct conversation_id) from links) as stored_conversations,
    count(*) filter (exchanges.cost_usd is distinct from costs_before.cost_usd) as repriced,
    sum(costs_before.cost_usd) as cost_before_usd,
    sum(exchanges.cost_usd) as cost_usd
from exchanges
semi join anew using (exchange_id)
join costs_before using (exchange_id)
