-- The chosen turns of one conversation in their order, with what had been spent in all of it by then.
with spent as (
    select
        turns.exchange_id, turns.turn, turns.branch, turns.relation, turns.started_at,
        coalesce(response_model, request_model) as model, input_tokens, new_tokens, resent_tokens, echoed_tokens,
        remembered_tokens, token_basis, output_tokens,
        cache_read_tokens / nullif(input_tokens, 0) as cache_hit_share, cost_usd,
        sum(cost_usd) over so_far as cumulative_usd,
        count(*) filter (cost_usd is null) over so_far as unpriced_so_far,
        epoch(turns.started_at - lag(turns.started_at) over (order by turns.started_at, turns.exchange_id)) as pause_s,
        coalesce(error_code, stop_reason) as ended, app, team
    from turns
    join exchanges using (exchange_id)
    where conversation_id = ?
    window so_far as (order by turns.started_at, turns.exchange_id rows between unbounded preceding and current row)
)
select * exclude (app, team)
from spent
where started_at >= getvariable('since')
  and started_at < getvariable('until')
  and (getvariable('app') is null or app = getvariable('app'))
  and (getvariable('team') is null or team = getvariable('team'))
order by started_at, exchange_id
