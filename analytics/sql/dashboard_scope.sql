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
