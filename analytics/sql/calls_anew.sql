-- The calls that are made anew: the chosen ones, and all others of the conversations that they are in.
create temp table anew as
with chosen as (
    select exchange_id
    from exchanges
    where started_at >= getvariable('since')
      and started_at < getvariable('until')
      and (getvariable('app') is null or app = getvariable('app'))
      and (getvariable('team') is null or team = getvariable('team'))
),
touched as (
    select distinct conversation_id from links semi join chosen using (exchange_id)
)
select exchange_id, started_at
from exchanges
where exchange_id in (select exchange_id from chosen)
   or exchange_id in (select exchange_id from links semi join touched using (conversation_id))
