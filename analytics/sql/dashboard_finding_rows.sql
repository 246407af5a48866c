-- The findings `$ids`, in that order, and the calls they were found at.
with wanted as (
    select
        unnest($ids::varchar[]) as finding_id,
        generate_subscripts($ids::varchar[], 1) as place
)
select
    finding_id,
    finding,
    lever,
    severity,
    confidence,
    findings.conversation_id,
    findings.exchange_id,
    findings.started_at,
    provider,
    api,
    coalesce(response_model, request_model) as model,
    client,
    app,
    team,
    user_name,
    tokens,
    bytes,
    usd,
    paid_usd,
    advice
from findings
join wanted using (finding_id)
join exchanges using (exchange_id)
order by place
