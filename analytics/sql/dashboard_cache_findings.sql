-- Why the cache was missed, or paid for in vain, as the findings tell.
select
    finding,
    count(*) as times,
    count(distinct findings.conversation_id) as conversations,
    sum(findings.tokens)::bigint as tokens,
    sum(findings.usd) as usd,
    count(*) filter (findings.usd is null) as unpriced,
    sum(findings.paid_usd) as paid_usd
from findings
join shown_calls using (exchange_id)
where current and lever = 'caching'
group by finding
order by usd desc nulls last, tokens desc nulls last, finding
