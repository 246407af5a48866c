-- The newest exchanges of those that were chosen, newest first.
select
    exchange_id, started_at, provider, api, transport, coalesce(response_model, request_model) as model, status,
    error_code, stop_reason, streamed, complete, warmup, client, client_version, session_hint, app, team, user_name,
    input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens, usage_basis, cost_usd,
    cost_basis, cost_reason, ttft_ms, duration_ms, request_bytes, response_bytes, reading, error_message
from exchanges
where started_at >= getvariable('since')
  and started_at < getvariable('until')
  and (getvariable('app') is null or app = getvariable('app'))
  and (getvariable('team') is null or team = getvariable('team'))
order by started_at desc, exchange_id
limit ?
