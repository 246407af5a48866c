-- Everything findings are told about the wanted exchanges, in the order of analytics/findings/turn.py.
-- The neighbours are looked for among the exchanges of all conversations, since the cache, the client and the user know
-- none: within `$near` of a call, which all that start from `$since` to `$until` may be (none where these are null). Calls
-- that only count tokens are nobody's neighbours: they leave nothing in a cache.
with mine as (
    select exchanges.*, links.* exclude (exchange_id, started_at)
    from links
    semi join wanted using (exchange_id)
    join exchanges using (exchange_id)
),
same_preamble as (
    select
        exchange_id,
        lag(started_at) over warm as preamble_used_before,
        lead(started_at) over warm as preamble_used_after,
        lag(started_at, 2) over warm as preamble_used_earlier,
        lead(cache_read_tokens) over warm as preamble_read_after
    from exchanges
    semi join mine using (preamble_hash)
    where started_at between $since and $until
        and status < 300
        and history_blocks > 0
        and not ends_with(api, 'count_tokens')
    window warm as (
        partition by preamble_hash, provider, coalesce(response_model, request_model), key_fingerprint
        order by started_at, exchange_id
    )
),
same_request as (
    select
        exchange_id,
        lag(exchange_id) over twins as twin_exchange_id,
        lag(started_at) over twins as twin_at
    from exchanges
    semi join mine using (prefix_hash)
    where started_at between $since and $until and not ends_with(api, 'count_tokens')
    window twins as (
        partition by prefix_hash, preamble_hash, provider, request_model, state_ref order by started_at, exchange_id
    )
),
same_client as (
    select
        exchange_id,
        lag(exchange_id) over calls as earlier_exchange_id,
        lag(started_at) over calls as earlier_at
    from exchanges
    where started_at between $since and $until
        and history_blocks > 0
        and not ends_with(api, 'count_tokens')
        and (host, client, app, user_name, key_fingerprint) in (
            select (host, client, app, user_name, key_fingerprint) from mine
        )
    window calls as (
        partition by host, client, app, user_name, key_fingerprint order by started_at, exchange_id
    )
),
final as (
    select
        mine.exchange_id,
        mine.conversation_id,
        turn,
        branch,
        parent_exchange_id,
        relation,
        mine.started_at,
        ended_at,
        provider,
        api,
        request_model,
        coalesce(response_model, request_model) as model,
        status,
        error_code,
        error_message,
        stop_reason,
        complete,
        warmup,
        client,
        client_retry,
        app,
        user_name,
        key_fingerprint,
        session_hint,
        state_ref,
        state_id,
        mine.input_tokens,
        prompt_tokens,
        looped,
        cache_read_tokens,
        cache_write_tokens,
        cache_write_5m_tokens,
        cache_write_30m_tokens,
        cache_write_1h_tokens,
        cache_write_12h_tokens,
        output_tokens,
        reasoning_tokens,
        cost_usd,
        uncached_usd,
        cache_read_usd,
        cache_write_usd,
        output_usd,
        context_window,
        request_bytes,
        preamble_hash::blob as preamble_hash,
        coalesce(history_blocks, 0) as history_blocks,
        reply_hashes::blob[] as reply_hashes,
        content = 'full' as readable,
        parameters,
        details,
        resent_tokens,
        echoed_tokens,
        new_tokens,
        remembered_tokens,
        token_basis,
        resent_usd,
        echoed_usd,
        remembered_usd,
        resent_bytes,
        echoed_bytes,
        echoed_blocks,
        resent_preamble_bytes,
        tools_tokens,
        system_tokens,
        case when preamble_used_before >= mine.started_at - $near then preamble_used_before end as preamble_used_before,
        case when preamble_used_after <= mine.started_at + $near then preamble_used_after end as preamble_used_after,
        case when twin_at >= mine.started_at - $near then twin_exchange_id end as twin_exchange_id,
        case when earlier_at >= mine.started_at - $near then earlier_exchange_id end as earlier_exchange_id,
        mine.request_ended_at,
        case when preamble_used_earlier >= mine.started_at - $near then preamble_used_earlier end as preamble_used_earlier,
        case when preamble_used_after <= mine.started_at + $near then preamble_read_after end as preamble_read_after
    from mine
    left join ledgers using (exchange_id)
    left join chains using (exchange_id)
    left join meters using (exchange_id)
    left join same_preamble using (exchange_id)
    left join same_request using (exchange_id)
    left join same_client using (exchange_id)
)
select * from final order by conversation_id, started_at, exchange_id;
