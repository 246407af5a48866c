-- What the dashboard's filters leave. The filters are variables: since, until, before and compared (times), and a list
-- or null for each of provider, model, app, team and client. Of the period before, `current` is false.
create or replace temp macro chosen(names, name) as names is null or list_contains(names, name);

create or replace temp macro in_scope(moment) as
    moment >= coalesce(getvariable('before'), getvariable('since'))
    and (getvariable('until') is null or moment < getvariable('until'))
    and (moment >= getvariable('since') or moment < getvariable('compared'));

-- One row per call.
create or replace temp view shown_calls as
with named as (
    select
        * replace (
            coalesce(app, '(not set)') as app,
            coalesce(team, '(not set)') as team,
            coalesce(user_name, '(not set)') as user_name,
            coalesce(client, '(not set)') as client
        ),
        coalesce(response_model, request_model, '(not set)') as model,
        started_at >= getvariable('since') as current
    from exchanges
    where in_scope(started_at)
)
select *
from named
where chosen(getvariable('provider'), provider)
  and chosen(getvariable('model'), model)
  and chosen(getvariable('app'), app)
  and chosen(getvariable('team'), team)
  and chosen(getvariable('client'), client);

-- Sums of the calls by hour and by what they can be grouped by. Sums are over what is known; the counts say how many
-- calls each leaves out. Money is given by what it bought: of the uncached input the end is new, since caches hold the
-- front of a prompt (docs/ledgers.md), and the rest is sent again at the full price.
create or replace temp view shown_hours as
with named as (
    select
        * exclude (new_usd)
        replace (
            coalesce(model, '(not set)') as model,
            coalesce(app, '(not set)') as app,
            coalesce(team, '(not set)') as team,
            coalesce(user_name, '(not set)') as user_name,
            coalesce(client, '(not set)') as client
        ),
        uncached_new_usd as new_usd,
        uncached_again_usd as again_usd,
        case when resent_usd is not null or echoed_usd is not null then coalesce(resent_usd, 0) + coalesce(echoed_usd, 0) end
            as echo_usd,
        hour >= getvariable('since') as current
    from hours
    where in_scope(hour)
)
select *
from named
where chosen(getvariable('provider'), provider)
  and chosen(getvariable('model'), model)
  and chosen(getvariable('app'), app)
  and chosen(getvariable('team'), team)
  and chosen(getvariable('client'), client);

-- Whether the team has decided not to hear of a finding: `muted` is a list of findings, each for every app or, with a
-- blank between, for one.
create or replace temp macro muted(name, at_app) as coalesce(
    list_contains(getvariable('muted'), name) or list_contains(getvariable('muted'), name || ' ' || at_app), false
);

-- Whether a finding may be worth money, and nobody knows how much: not even what was paid is known. One about caching
-- only informs where nothing is claimed, and where nothing is known, too.
create or replace temp macro worth_unknown(name, lever, severity, usd, paid_usd) as
    lever <> 'history' and name <> 'invented_reply' and usd is null and paid_usd is null
    and (severity <> 'info' or lever = 'caching');

-- The findings that are not muted, each with whether its money counts. Of a conversation that of one kind does, the one
-- worth most: those of caching add up, so do those of state, and each finding about calls is a kind by itself, whose
-- calls the others may speak of. Money of a smaller history overlaps with all of it and never counts.
create or replace temp view shown_findings as
with found as (
    select
        findings.*,
        current,
        team,
        app,
        user_name,
        case when lever = 'calls' then finding else lever end as kind,
        worth_unknown(finding, lever, severity, usd, paid_usd) as unknown
    from findings
    join shown_calls using (exchange_id)
    where not muted(finding, app)
),
summed as (
    select *, sum(usd) over (partition by current, conversation_id, kind) as together from found
)
select
    * exclude (together),
    usd is not null and lever <> 'history' and kind = first_value(kind) over (
        partition by current, conversation_id order by lever = 'history', together desc nulls last, kind
    ) as counts
from summed;
