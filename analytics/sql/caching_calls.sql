-- In the order of `Row` in analytics/caching/billed.py. Times are seconds since 1970.
-- Of the wanted exchanges those that were answered and billed by the token, with what a provider's cache goes by.
select
    exchanges.exchange_id,
    exchanges.provider,
    key_fingerprint,
    api,
    host,
    request_model,
    response_model,
    epoch(exchanges.started_at) as started_at,
    epoch(first_byte_at) as first_byte_at,
    preamble_hash::blob as preamble_hash,
    stem::blob as stem,
    tail,
    reply_hashes::blob[] as reply_hashes,
    state_ref,
    session_hint,
    service_tier,
    parameters::varchar as parameters,
    details::varchar as details,
    input_tokens,
    cache_read_tokens,
    cache_write_tokens,
    cache_write_5m_tokens,
    cache_write_30m_tokens,
    cache_write_1h_tokens,
    cache_write_12h_tokens,
    cost_basis,
    uncached_usd,
    cache_read_usd,
    cache_write_usd,
    parent_exchange_id
from exchanges
semi join wanted using (exchange_id)
join chains using (exchange_id)
left join links using (exchange_id)
where input_tokens is not null and coalesce(status, 200) < 400 and error_code is null and not request_trimmed
order by exchanges.started_at, exchanges.exchange_id
