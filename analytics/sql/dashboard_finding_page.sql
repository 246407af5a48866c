-- One page of the findings at the shown calls, those worth most first, then those about most tokens; how many there are
-- (`findings`), and how many more are muted, or not (`others`). `$names`, `$levers` and `$confidences` are lists or null.
with chosen_findings as materialized (
    select
        finding_id,
        finding,
        usd,
        paid_usd,
        tokens,
        muted(finding, app) as is_muted
    from findings
    join shown_calls using (exchange_id)
    where current
      and chosen($names::varchar[], finding)
      and chosen($levers::varchar[], lever)
      and chosen($confidences::varchar[], confidence)
),
counted as (
    select
        count(*) filter (is_muted = $muted) as findings,
        count(*) filter (is_muted <> $muted) as others
    from chosen_findings
)
select
    finding_id,
    findings,
    others
from chosen_findings
cross join counted
where is_muted = $muted
order by usd desc nulls last, paid_usd desc nulls last, tokens desc nulls last, finding, finding_id
limit $most offset $skipped
