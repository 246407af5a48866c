-- A table's rows that belong to conversations with a chosen exchange.
select * from query_table($name)
where conversation_id in (
    select links.conversation_id
    from links
    join exchanges using (exchange_id)
    where ($since::timestamp is null or exchanges.started_at >= $since)
      and ($until::timestamp is null or exchanges.started_at < $until)
      and ($app::varchar is null or exchanges.app = $app)
      and ($team::varchar is null or exchanges.team = $team)
)
