-- Of the responses that the calls at hand made or fetched, the calls whose usage another call should tell than does.
-- A response is told by the first poll that brings its usage, for the first call that made it, and only where no call
-- that made it has a usage of its own.
with named as (
    select distinct provider, response_id
    from exchanges
    where exchange_id in (select at_hand.exchange_id from at_hand)
      and response_id is not null
),
near as (
    select
        exchanges.*,
        api = 'openai.responses.retrieve' as poll,
        usage_from is null and (usage_basis <> 'none' or usage_raw is not null) as told_by_itself
    from exchanges
    join named using (provider, response_id)
    where api in ('openai.responses', 'openai.responses.compact', 'openai.responses.retrieve')
      and reading = 'read'
),
told as (
    select
        provider,
        response_id,
        arg_min(exchange_id, (started_at, exchange_id)) as told_by,
        arg_min(details -> '$.retrieved_usage', (started_at, exchange_id)) as usage
    from near
    where poll and json_exists(details, '$.retrieved_usage')
    group by provider, response_id
),
made as (
    select
        provider,
        response_id,
        arg_min(exchange_id, (started_at, exchange_id)) as made_by,
        bool_or(told_by_itself) as told_by_itself
    from near
    where not poll
    group by provider, response_id
),
final as (
    select
        near.exchange_id,
        case when near.exchange_id = made_by and not made.told_by_itself then told_by end as usage_from,
        near.usage_from as told_by_now,
        usage
    from near
    join made using (provider, response_id)
    left join told using (provider, response_id)
    where not poll
)
select exchange_id, usage_from, case when usage_from is not null then usage end as usage
from final
where usage_from is distinct from told_by_now
order by exchange_id
