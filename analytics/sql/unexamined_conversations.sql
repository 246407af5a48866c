-- The conversations to examine next, about as many as hold so many turns: those of one time together, since they have
-- their neighbours in common.
with due as (
    select distinct conversation_id
    from unexamined
    where due_at is null or due_at <= (select max(started_at) from exchanges)
),
sized as (
    select conversation_id, count(exchange_id) as turns, min(started_at) as began
    from due
    left join links using (conversation_id)
    group by conversation_id
),
running as (
    select *, sum(turns) over (order by began, conversation_id) - turns as before
    from sized
)
select conversation_id from running where before < $most order by conversation_id;
