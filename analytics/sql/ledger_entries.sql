-- What the billed ledger needs of the wanted exchanges.
select
    exchange_id, provider, request_model, response_model, state_ref, input_tokens, cache_read_tokens,
    cache_write_tokens, cache_write_5m_tokens, cache_write_30m_tokens, cache_write_1h_tokens, cache_write_12h_tokens,
    output_tokens, reasoning_tokens, audio_input_tokens, audio_output_tokens, reported_cost_usd, uncached_usd,
    cache_read_usd, cache_write_usd, prompt_tokens, looped, request, echo, reply,
    content, reply_hashes::varchar[] as reply_hashes
from exchanges
left join meters using (exchange_id)
where exchange_id in (select wanted.exchange_id from wanted)
