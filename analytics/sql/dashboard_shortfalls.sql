-- What was lost, set aside or left unread, and the last day on which something was lost.
select reason, sum(count)::bigint as calls, max(day) as last_day from losses group by reason
union all
select 'set_aside', count(*), null from set_aside having count(*) > 0
union all
select 'unread', count(*), max(started_at)::date from exchanges where reading = 'unread' having count(*) > 0
order by reason
