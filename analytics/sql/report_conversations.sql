-- The conversations that these calls belong to, the most expensive first.
select
    conversation_id,
    min(started_at) as started_at,
    count(*) as calls,
    any_value(model) as model,
    any_value(app) as app,
    any_value(team) as team,
    any_value(client) as client,
    sum(input_tokens)::bigint as input_tokens,
    sum(output_tokens)::bigint as output_tokens,
    sum(resent_tokens + echoed_tokens) / nullif(sum(input_tokens) filter (resent_tokens is not null), 0) as echo_share,
    sum(cache_read_tokens) / nullif(sum(input_tokens) filter (cache_read_tokens is not null), 0) as cache_hit_share,
    sum(cost_usd) as cost_usd,
    count(*) filter (cost_usd is null and usage_basis <> 'none') as unpriced
from report_calls
where conversation_id is not null
group by conversation_id
order by case getvariable('ordering') when 'time' then epoch(min(started_at)) end desc nulls last,
         cost_usd desc nulls last, input_tokens desc nulls last, conversation_id
limit getvariable('most')
