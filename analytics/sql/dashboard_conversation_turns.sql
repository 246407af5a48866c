-- Every call of the conversation `$conversation` in the order of time, with all that its page shows.
select
    turns.exchange_id,
    turns.started_at,
    turns.turn,
    turns.branch,
    turns.parent_exchange_id,
    turns.relation,
    provider,
    api,
    coalesce(response_model, request_model) as model,
    client,
    app,
    team,
    user_name,
    status,
    error_code,
    error_message,
    stop_reason,
    complete,
    input_tokens,
    resent_tokens,
    echoed_tokens,
    new_tokens,
    remembered_tokens,
    tools_tokens,
    system_tokens,
    new_tools_tokens,
    new_system_tokens,
    tool_result_tokens,
    token_basis,
    echo_basis,
    cache_read_tokens,
    cache_write_tokens,
    output_tokens,
    reasoning_tokens,
    cost_usd,
    cost_basis,
    cost_reason,
    resent_usd,
    echoed_usd,
    new_usd,
    remembered_usd,
    output_usd,
    ttft_ms,
    duration_ms,
    epoch(turns.started_at - parents.ended_at) as idle_seconds,
    context_window,
    resent_bytes,
    echoed_bytes,
    new_bytes,
    content
from turns
join exchanges using (exchange_id)
-- Every parent is of the same conversation.
left join (
    select links.exchange_id, ended_at
    from links
    join exchanges using (exchange_id)
    where conversation_id = $conversation
) as parents on parents.exchange_id = turns.parent_exchange_id
where conversation_id = $conversation
order by turns.started_at, turns.exchange_id
