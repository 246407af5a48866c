-- Costs anew.
update exchanges
set cost_usd = batch.cost_usd,
    cost_basis = batch.cost_basis,
    cost_reason = batch.cost_reason,
    uncached_usd = batch.uncached_usd,
    cache_read_usd = batch.cache_read_usd,
    cache_write_usd = batch.cache_write_usd,
    output_usd = batch.output_usd,
    outside_usd = batch.outside_usd,
    context_window = batch.context_window
from batch
where exchanges.exchange_id = batch.exchange_id;
