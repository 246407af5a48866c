-- The live table: the newest exchanges in the columns a person looks for first.
select
    started_at, client, team, app, provider, coalesce(response_model, request_model) as model, status,
    coalesce(error_code, stop_reason) as ended, complete, input_tokens, cache_read_tokens, output_tokens, cost_usd,
    ttft_ms, duration_ms
from exchanges
order by started_at desc, exchange_id
limit ?
