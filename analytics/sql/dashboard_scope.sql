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

-- What the findings say could have been saved, by conversation and by whose calls they are at. The money of a smaller
-- history overlaps with that of the other levers (a cached token can be left out, too), so it is given for itself. The
-- others add up, but two of them may be about the same call (cut short, and asked again): never more than was paid.
create or replace temp view shown_avoidable as
with found as (
    select
        current,
        findings.conversation_id,
        team,
        app,
        user_name,
        -- Those that only inform claim no money; one about the cache does where the price is known.
        count(*) filter (lever <> 'history' and (severity <> 'info' or lever = 'caching')) as findings,
        count(*) filter (lever <> 'history' and (severity <> 'info' or lever = 'caching') and usd is null) as unpriced,
        sum(usd) filter (lever <> 'history') as usd,
        sum(usd) filter (lever <> 'history' and confidence = 'certain') as certain_usd,
        sum(usd) filter (lever = 'history') as history_usd
    from findings
    join shown_calls using (exchange_id)
    group by all
),
paid as (
    select conversation_id, sum(cost_usd) as cost_usd
    from links
    join exchanges using (exchange_id)
    where conversation_id in (select conversation_id from found where usd > 0)
    group by conversation_id
)
select
    found.* replace (least(usd, cost_usd) as usd, least(certain_usd, cost_usd) as certain_usd)
from found
left join paid using (conversation_id);
