-- The price classes add up to the cost, and the parts of the input to what its classes cost.
select exchanges.exchange_id
from exchanges
left join ledgers using (exchange_id)
where abs(uncached_usd + cache_read_usd + cache_write_usd + output_usd + outside_usd - cost_usd) > 1e-9 + 1e-6 * cost_usd
   or abs(
       resent_usd + echoed_usd + new_usd + remembered_usd - (uncached_usd + cache_read_usd + cache_write_usd)
   ) > 1e-9 + 1e-6 * cost_usd
