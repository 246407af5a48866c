-- The turns that a finding's evidence names, in the order of time.
select
    turns.exchange_id,
    turns.conversation_id,
    turn,
    relation,
    turns.started_at,
    input_tokens,
    cache_read_tokens,
    cache_write_tokens,
    output_tokens,
    resent_tokens,
    echoed_tokens,
    new_tokens,
    remembered_tokens,
    token_basis,
    coalesce(response_model, request_model) as model,
    coalesce(error_code, stop_reason) as ended,
    cost_usd
from turns
join exchanges using (exchange_id)
where list_contains($ids, turns.exchange_id)
order by turns.started_at, turns.exchange_id
