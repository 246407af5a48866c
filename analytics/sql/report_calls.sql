-- The calls of a report, each with its parts; the other report queries read from here.
create or replace temp view report_calls as
select
    exchanges.*, turns.conversation_id, turns.resent_tokens, turns.echoed_tokens, turns.new_tokens,
    turns.remembered_tokens, turns.resent_usd, turns.echoed_usd, turns.new_usd, turns.remembered_usd,
    turns.token_basis, coalesce(response_model, request_model) as model, exchanges.started_at::date as day
from exchanges
left join turns using (exchange_id)
where exchanges.started_at >= getvariable('since')
  and exchanges.started_at < getvariable('until')
  and (getvariable('app') is null or app = getvariable('app'))
  and (getvariable('team') is null or team = getvariable('team'))
