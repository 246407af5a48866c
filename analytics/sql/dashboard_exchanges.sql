-- The live table: the newest exchanges in the columns a person looks for first, and the conversation of each.
with newest as (
    select
        exchange_id, started_at, client, team, app, provider, model, status,
        coalesce(error_code, stop_reason, case when not complete then 'cut off' end) as ended, complete, input_tokens,
        cache_read_tokens, output_tokens, cost_usd, round(ttft_ms)::bigint as ttft_ms,
        round(duration_ms)::bigint as duration_ms
    from shown_calls
    where current
    order by started_at desc, exchange_id
    limit $most
)
select
    newest.*,
    conversation_id
from newest
left join links using (exchange_id)
order by newest.started_at desc, exchange_id
