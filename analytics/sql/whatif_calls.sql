-- The calls that a comparison is about: those that were answered, or whose bill says that they were.
select
    exchanges.exchange_id,
    conversation_id,
    turn,
    relation,
    provider,
    api,
    coalesce(response_model, request_model) as model,
    state_ref is not null as stateful,
    cost_usd
from exchanges
join links using (exchange_id)
where exchanges.started_at >= getvariable('since')
  and exchanges.started_at < getvariable('until')
  and (getvariable('app') is null or app = getvariable('app'))
  and (getvariable('team') is null or team = getvariable('team'))
  and (getvariable('conversation') is null or conversation_id = getvariable('conversation'))
  and (usage_basis <> 'none' or (coalesce(status, 200) < 400 and error_code is null))
order by exchanges.started_at, exchanges.exchange_id
