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
-- calls each leaves out. Money is given by what it bought: of the uncached input the end is `new`, since caches hold the
-- front of a prompt (docs/ledgers.md), and the rest is sent again at the full price.
create or replace temp view shown_hours as
with calls as (
    select
        shown_calls.*,
        date_trunc('hour', started_at) as hour,
        resent_tokens,
        echoed_tokens,
        new_tokens,
        remembered_tokens,
        resent_usd,
        echoed_usd,
        token_basis,
        usage_basis <> 'none' as metered,
        input_tokens - coalesce(cache_read_tokens, 0) - coalesce(cache_write_tokens, 0) as uncached_tokens
    from shown_calls
    left join ledgers using (exchange_id)
),
divided as (
    select
        *,
        case when uncached_tokens > 0 then least(uncached_tokens, new_tokens) / uncached_tokens end as new_share
    from calls
)
select
    hour,
    current,
    provider,
    model,
    app,
    team,
    user_name,
    client,
    count(*) as calls,
    count(*) filter (coalesce(status, 0) >= 400 or error_code is not null) as failed,
    count(*) filter (metered and cost_usd is null) as unpriced,
    count(*) filter (not metered and coalesce(status, 0) between 101 and 299) as unmetered,
    count(*) filter (resent_tokens is null and metered) as unsplit,
    sum(input_tokens) as input_tokens,
    sum(output_tokens) as output_tokens,
    sum(reasoning_tokens) as reasoning_tokens,
    sum(cache_read_tokens) as cache_read_tokens,
    sum(cache_write_tokens) as cache_write_tokens,
    sum(input_tokens) filter (cache_read_tokens is not null) as cacheable_tokens,
    sum(resent_tokens) as resent_tokens,
    sum(echoed_tokens) as echoed_tokens,
    sum(new_tokens) as new_tokens,
    sum(remembered_tokens) as remembered_tokens,
    sum(input_tokens) filter (resent_tokens is not null) as split_tokens,
    sum(resent_tokens) filter (token_basis = 'exact') as exact_tokens,
    sum(request_bytes) as request_bytes,
    sum(response_bytes) as response_bytes,
    sum(cost_usd) as cost_usd,
    -- Priced with an assumption, which cost_reason says.
    count(*) filter (cost_usd is not null and cost_reason is not null) as assumed,
    sum(cost_usd) filter (cost_reason is not null) as assumed_usd,
    sum(coalesce(resent_usd, 0) + coalesce(echoed_usd, 0)) filter (resent_usd is not null or echoed_usd is not null)
        as echo_usd,
    sum(uncached_usd * new_share) as new_usd,
    sum(uncached_usd * (1 - new_share)) as again_usd,
    sum(cache_read_usd) as cache_read_usd,
    sum(cache_write_usd) as cache_write_usd,
    sum(output_usd) as output_usd
from divided
group by all;
