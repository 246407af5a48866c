-- What the cost of the wanted calls follows from. Where another call told the usage, what it says counts.
select
    exchanges.exchange_id,
    exchanges.provider,
    exchanges.host,
    exchanges.api,
    exchanges.path,
    exchanges.request_model,
    coalesce(polls.response_model, exchanges.response_model) as response_model,
    coalesce(polls.service_tier, exchanges.service_tier) as service_tier,
    exchanges.started_at,
    exchanges.input_tokens,
    exchanges.cache_read_tokens,
    exchanges.cache_write_tokens,
    exchanges.cache_write_5m_tokens,
    exchanges.cache_write_30m_tokens,
    exchanges.cache_write_1h_tokens,
    exchanges.cache_write_12h_tokens,
    exchanges.output_tokens,
    exchanges.reasoning_tokens,
    exchanges.audio_input_tokens,
    exchanges.audio_output_tokens,
    exchanges.reported_cost_usd,
    exchanges.parameters,
    coalesce(polls.details, exchanges.details) as details,
    meters.request,
    meters.reply
from exchanges
left join exchanges as polls on polls.exchange_id = exchanges.usage_from
left join meters on meters.exchange_id = exchanges.exchange_id
where exchanges.exchange_id in (select wanted.exchange_id from wanted)
  and exchanges.reading = 'read'
