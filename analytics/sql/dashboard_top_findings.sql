-- The kinds of findings worth most in the period; those that only inform claim nothing.
select
    finding,
    any_value(lever) as lever,
    count(*) as times,
    count(distinct conversation_id) as conversations,
    sum(usd) as usd,
    sum(paid_usd) as paid_usd,
    count(*) filter (unknown) as unpriced,
    sum(tokens)::bigint as tokens,
    sum(bytes)::bigint as bytes,
    mode(confidence) as confidence,
    arg_max(advice, coalesce(usd, 0)) as advice
from shown_findings
where current and (severity <> 'info' or unknown)
group by finding
order by usd desc nulls last, tokens desc nulls last, finding
limit $most
