-- One row per turn: its tokens by price class, its money, and where its conversation stands by then.
-- Sums go along the conversation in the order of time, over all of its branches; an unknown cost adds nothing and is
-- counted.
create or replace view turn_costs as
with priced as (
    select
        turns.exchange_id,
        turns.conversation_id,
        turns.turn,
        turns.branch,
        turns.started_at,
        provider,
        coalesce(response_model, request_model) as model,
        input_tokens,
        input_tokens - coalesce(cache_read_tokens, 0) - coalesce(cache_write_tokens, 0) as uncached_tokens,
        cache_read_tokens,
        cache_write_tokens,
        output_tokens,
        reasoning_tokens,
        cost_usd,
        cost_basis,
        uncached_usd,
        cache_read_usd,
        cache_write_usd,
        output_usd,
        outside_usd,
        resent_usd,
        echoed_usd,
        new_usd,
        remembered_usd,
        context_window,
        (coalesce(prompt_tokens, input_tokens) + coalesce(output_tokens, 0)) / context_window as context_used,
        parent_exchange_id
    from turns
    join exchanges using (exchange_id)
    left join meters using (exchange_id)
),
timed as (
    select
        priced.*,
        epoch(priced.started_at - parents.started_at) as seconds_since_parent,
        epoch(priced.started_at - parents.ended_at) as idle_seconds
    from priced
    left join exchanges as parents on parents.exchange_id = priced.parent_exchange_id
),
final as (
    select
        * exclude (parent_exchange_id, uncached_tokens),
        -- Counts that contradict each other leave the uncached input unknown.
        case when uncached_tokens >= 0 then uncached_tokens end as uncached_tokens,
        case when cache_read_tokens <= input_tokens then cache_read_tokens / nullif(input_tokens, 0) end
            as cache_hit_share,
        sum(cost_usd) over so_far as cumulative_usd,
        (sum(input_tokens) over so_far)::bigint as cumulative_input_tokens,
        count(*) filter (cost_usd is null) over so_far as cumulative_unpriced
    from timed
    window so_far as (
        partition by conversation_id order by started_at, exchange_id
        rows between unbounded preceding and current row
    )
)
select * from final;
