-- What is not in `exchanges`, or is there unread: reason and count.
select reason, sum(count)::bigint as count from losses group by reason
union all
select 'set_aside', count(*) from set_aside having count(*) > 0
union all
select 'unread', count(*) from exchanges where reading = 'unread' having count(*) > 0
order by reason
