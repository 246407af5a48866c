-- Why the cache was missed, or paid for in vain, as the findings tell.
select
    finding,
    count(*) as times,
    count(distinct conversation_id) as conversations,
    sum(tokens)::bigint as tokens,
    sum(usd) as usd,
    count(*) filter (unknown) as unpriced,
    sum(paid_usd) as paid_usd
from shown_findings
where current and lever = 'caching'
group by finding
order by usd desc nulls last, tokens desc nulls last, finding
