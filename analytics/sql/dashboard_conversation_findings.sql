-- The findings of the conversation `$conversation`, those worth most first.
select
    finding_id,
    finding,
    lever,
    severity,
    confidence,
    started_at,
    tokens,
    bytes,
    usd,
    paid_usd,
    advice
from findings
where conversation_id = $conversation
order by usd desc nulls last, paid_usd desc nulls last, tokens desc nulls last, finding, finding_id
