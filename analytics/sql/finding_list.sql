-- Findings at the chosen calls, those worth most first, then those about most tokens.
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
    advice,
    evidence
from findings
join exchanges using (exchange_id)
where exchanges.started_at >= getvariable('since')
  and exchanges.started_at < getvariable('until')
  and (getvariable('app') is null or app = getvariable('app'))
  and (getvariable('team') is null or team = getvariable('team'))
order by usd desc nulls last, paid_usd desc nulls last, tokens desc nulls last, finding, finding_id
