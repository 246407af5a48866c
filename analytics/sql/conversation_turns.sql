-- The turns of one conversation in their order, with what had been spent by then.
select
    turns.exchange_id, turns.turn, turns.branch, turns.relation, turns.started_at,
    coalesce(response_model, request_model) as model, input_tokens, new_tokens, resent_tokens, echoed_tokens,
    remembered_tokens, token_basis, output_tokens,
    cache_read_tokens / nullif(input_tokens, 0) as cache_hit_share, cost_usd,
    sum(cost_usd) over (order by turns.started_at, turns.exchange_id) as cumulative_usd,
    count(*) filter (cost_usd is null) over (order by turns.started_at, turns.exchange_id) as unpriced_so_far,
    epoch(turns.started_at - lag(turns.started_at) over (order by turns.started_at, turns.exchange_id)) as pause_s,
    coalesce(error_code, stop_reason) as ended
from turns
join exchanges using (exchange_id)
where conversation_id = ?
order by turns.started_at, turns.exchange_id
