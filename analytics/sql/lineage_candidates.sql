-- For each exchange at hand and each key that it seeks, the latest few earlier exchanges that offer the key.
with sought as (
    select exchange_id, started_at, unnest(seeks) as key
    from chains
    where exchange_id in (select at_hand.exchange_id from at_hand)
),
offered as (
    select exchange_id, started_at, unnest(offers) as key
    from chains
    where started_at <= (select max(started_at) from sought)
),
final as (
    select
        sought.exchange_id,
        max_by(offered.exchange_id, (offered.started_at, offered.exchange_id), 6) as candidates
    from sought
    join offered
        on offered.key = sought.key
        and offered.started_at <= sought.started_at
        and (offered.started_at < sought.started_at or offered.exchange_id < sought.exchange_id)
    group by sought.exchange_id, sought.key
)
select exchange_id, list_distinct(flatten(list(candidates))) as candidates
from final
group by exchange_id
