-- The calls of the touched hours, added up. Money is added as decimals: the sum is the same in whatever order.
insert into hours by name
with calls as (
    select
        exchanges.*,
        ledgers.* exclude (exchange_id),
        date_trunc('hour', started_at) as hour,
        coalesce(response_model, request_model) as model,
        usage_basis <> 'none' as metered,
        input_tokens - coalesce(cache_read_tokens, 0) - coalesce(cache_write_tokens, 0) as uncached
    from exchanges
    left join ledgers using (exchange_id)
    where started_at >= (select min(hour) from touched)
      and started_at < (select max(hour) + interval 1 hour from touched)
      and date_trunc('hour', started_at) in (select hour from touched)
),
divided as (
    select *, case when uncached > 0 then least(uncached, new_tokens) / uncached end as new_share
    from calls
),
final as (
    select
        hour,
        provider,
        api,
        model,
        app,
        team,
        user_name,
        client,
        count(*) as calls,
        count(*) filter (error_code is not null or status >= 400) as errors,
        count(*) filter (metered and cost_usd is null) as unpriced,
        count(*) filter (not metered and status between 101 and 299) as unmetered,
        count(*) filter (metered and resent_tokens is null) as unsplit,
        count(*) filter (cost_usd is not null and cost_reason is not null) as assumed,
        sum(input_tokens)::bigint as input_tokens,
        sum(case when uncached >= 0 then uncached end)::bigint as uncached_tokens,
        sum(cache_read_tokens)::bigint as cache_read_tokens,
        sum(cache_write_tokens)::bigint as cache_write_tokens,
        sum(output_tokens)::bigint as output_tokens,
        sum(reasoning_tokens)::bigint as reasoning_tokens,
        sum(input_tokens) filter (cache_read_tokens is not null)::bigint as cacheable_tokens,
        sum(input_tokens) filter (resent_tokens is not null)::bigint as split_tokens,
        sum(resent_tokens)::bigint as resent_tokens,
        sum(echoed_tokens)::bigint as echoed_tokens,
        sum(new_tokens)::bigint as new_tokens,
        sum(remembered_tokens)::bigint as remembered_tokens,
        sum(resent_tokens) filter (token_basis = 'exact')::bigint as exact_tokens,
        sum(cost_usd::decimal(24, 12))::double as cost_usd,
        sum(cost_usd::decimal(24, 12)) filter (cost_reason is not null)::double as assumed_usd,
        sum(uncached_usd::decimal(24, 12))::double as uncached_usd,
        sum(cache_read_usd::decimal(24, 12))::double as cache_read_usd,
        sum(cache_write_usd::decimal(24, 12))::double as cache_write_usd,
        sum(output_usd::decimal(24, 12))::double as output_usd,
        sum(outside_usd::decimal(24, 12))::double as outside_usd,
        sum(resent_usd::decimal(24, 12))::double as resent_usd,
        sum(echoed_usd::decimal(24, 12))::double as echoed_usd,
        sum(new_usd::decimal(24, 12))::double as new_usd,
        sum(remembered_usd::decimal(24, 12))::double as remembered_usd,
        sum((uncached_usd * new_share)::decimal(24, 12))::double as uncached_new_usd,
        sum((uncached_usd * (1 - new_share))::decimal(24, 12))::double as uncached_again_usd,
        sum(request_bytes)::bigint as request_bytes,
        sum(response_bytes)::bigint as response_bytes
    from divided
    group by all
)
select * from final
