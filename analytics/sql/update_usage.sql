-- The usage and the cost that another call told, or that none tells any more.
update exchanges
set usage_from = batch.usage_from,
    usage_basis = batch.usage_basis,
    usage_raw = batch.usage_raw,
    input_tokens = batch.input_tokens,
    cache_read_tokens = batch.cache_read_tokens,
    cache_write_tokens = batch.cache_write_tokens,
    cache_write_5m_tokens = batch.cache_write_5m_tokens,
    cache_write_30m_tokens = batch.cache_write_30m_tokens,
    cache_write_1h_tokens = batch.cache_write_1h_tokens,
    cache_write_12h_tokens = batch.cache_write_12h_tokens,
    output_tokens = batch.output_tokens,
    reasoning_tokens = batch.reasoning_tokens,
    audio_input_tokens = batch.audio_input_tokens,
    audio_output_tokens = batch.audio_output_tokens,
    reported_cost_usd = batch.reported_cost_usd
from batch
where exchanges.exchange_id = batch.exchange_id;
