-- What the billed ledger needs of the wanted exchanges. Where another call told the usage, it told of loops too.
select
    exchanges.exchange_id, provider, request_model, response_model, state_ref, input_tokens, cache_read_tokens,
    cache_write_tokens, cache_write_5m_tokens, cache_write_30m_tokens, cache_write_1h_tokens, cache_write_12h_tokens,
    output_tokens, reasoning_tokens, audio_input_tokens, audio_output_tokens, reported_cost_usd, uncached_usd,
    cache_read_usd, cache_write_usd, coalesce(prompt_tokens, case when usage_from is not null then input_tokens end) as prompt_tokens,
    looped or coalesce(told.looping, false) as looped, request, echo, reply, content,
    reply_hashes::varchar[] as reply_hashes
from exchanges
left join meters using (exchange_id)
left join (
    select exchange_id as usage_from, json_exists(details, '$.hosted_tools') as looping
    from exchanges
    where api = 'openai.responses.retrieve'
) as told using (usage_from)
where exchanges.exchange_id in (select wanted.exchange_id from wanted)
