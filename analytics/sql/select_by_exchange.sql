-- A table's rows that belong to the chosen exchanges.
select * from query_table($name)
where exchange_id in (
    select exchange_id
    from exchanges
    where ($since::timestamp is null or started_at >= $since)
      and ($until::timestamp is null or started_at < $until)
      and ($app::varchar is null or app = $app)
      and ($team::varchar is null or team = $team)
)
