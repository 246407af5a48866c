-- One page of the findings at the shown calls, those worth most first, then those about most tokens; how many there are
-- (`findings`), and how many more are muted, or not (`others`). `$names`, `$levers` and `$confidences` are lists or null.
-- `$muted_names` and `$muted_apps` are the mutes, side by side; an app of null is every app.
with mutes as (
    select
        unnest($muted_names::varchar[]) as finding,
        unnest($muted_apps::varchar[]) as app
),
chosen_findings as (
    select
        finding_id,
        finding,
        usd,
        paid_usd,
        tokens,
        exists (
            select 1
            from mutes
            where mutes.finding = findings.finding and (mutes.app is null or mutes.app = shown_calls.app)
        ) as muted
    from findings
    join shown_calls using (exchange_id)
    where current
      and chosen($names::varchar[], finding)
      and chosen($levers::varchar[], lever)
      and chosen($confidences::varchar[], confidence)
),
counted as (
    select
        *,
        count(*) filter (muted = $muted) over () as findings,
        count(*) filter (muted <> $muted) over () as others
    from chosen_findings
)
select
    finding_id,
    findings,
    others
from counted
where muted = $muted
order by usd desc nulls last, paid_usd desc nulls last, tokens desc nulls last, finding, finding_id
limit $most offset $skipped
