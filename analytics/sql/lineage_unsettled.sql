-- Later exchanges that seek a key which one of the exchanges at hand offers: their decision may be another one now.
with offered as (
    select started_at, unnest(offers) as key
    from chains
    where exchange_id in (select at_hand.exchange_id from at_hand)
),
sought as (
    select exchange_id, started_at, unnest(seeks) as key
    from chains
    where started_at >= (select min(started_at) from offered)
),
final as (
    select distinct sought.exchange_id
    from sought
    join offered on offered.key = sought.key and sought.started_at >= offered.started_at
    where sought.exchange_id not in (select at_hand.exchange_id from at_hand)
)
select exchange_id from final
