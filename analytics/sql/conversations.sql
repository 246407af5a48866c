-- One row per conversation: its totals, how fast it grows, and how much of it was an echo.
-- Shares are over the calls where the parts are known; `unsplit` and `unpriced` count the calls where they are not.
create or replace view conversations as
with final as (
    select
        conversation_id,
        min(exchanges.started_at) as started_at,
        max(coalesce(ended_at, exchanges.started_at)) as ended_at,
        count(*) as exchanges,
        max(turn) as turns,
        count(distinct branch) as branches,
        arg_min(app, exchanges.started_at) as app,
        arg_min(team, exchanges.started_at) as team,
        arg_min(user_name, exchanges.started_at) as user_name,
        arg_min(client, exchanges.started_at) as client,
        arg_min(provider, exchanges.started_at) as provider,
        arg_max(coalesce(response_model, request_model), exchanges.started_at) as model,
        count(distinct coalesce(response_model, request_model)) as models,
        count(*) filter (error_code is not null or status >= 400) as errors,
        sum(input_tokens)::bigint as input_tokens,
        sum(cache_read_tokens)::bigint as cache_read_tokens,
        sum(cache_write_tokens)::bigint as cache_write_tokens,
        sum(output_tokens)::bigint as output_tokens,
        sum(reasoning_tokens)::bigint as reasoning_tokens,
        sum(resent_tokens)::bigint as resent_tokens,
        sum(echoed_tokens)::bigint as echoed_tokens,
        sum(new_tokens)::bigint as new_tokens,
        sum(remembered_tokens)::bigint as remembered_tokens,
        sum(resent_tokens + echoed_tokens) / nullif(sum(input_tokens) filter (resent_tokens is not null), 0)
            as echo_share,
        -- The tokens for which the parent's own count is the basis, of those that were sent again.
        coalesce(sum(resent_tokens) filter (token_basis = 'exact'), 0) / nullif(sum(resent_tokens), 0) as exact_share,
        sum(cache_read_tokens) / nullif(sum(input_tokens) filter (cache_read_tokens is not null), 0)
            as cache_hit_share,
        -- Tokens by which the input grows from turn to turn; one turn alone has no slope (not a number).
        case when isfinite(regr_slope(input_tokens, turn)) then regr_slope(input_tokens, turn) end as growth_per_turn,
        max(input_tokens + coalesce(output_tokens, 0)) as largest_context,
        sum(request_bytes)::bigint as request_bytes,
        sum(response_bytes)::bigint as response_bytes,
        sum(resent_bytes)::bigint as resent_bytes,
        sum(echoed_bytes)::bigint as echoed_bytes,
        sum(new_bytes)::bigint as new_bytes,
        sum(cost_usd) as cost_usd,
        sum(resent_usd) as resent_usd,
        sum(echoed_usd) as echoed_usd,
        sum(new_usd) as new_usd,
        sum(remembered_usd) as remembered_usd,
        sum(output_usd) as output_usd,
        sum(outside_usd) as outside_usd,
        count(*) filter (resent_tokens is null) as unsplit,
        count(*) filter (cost_usd is null) as unpriced
    from turns
    join exchanges using (exchange_id)
    group by conversation_id
)
select * from final;
