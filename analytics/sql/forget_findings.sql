-- The findings of the calls that are made anew, and a list of their conversations as still to be examined: with their
-- neighbours, which are in it anyway where all calls are made anew. Findings of a conversation that is no more go when
-- it is examined.
delete from findings
where exchange_id in (select exchange_id from anew)
   or exchange_id not in (select exchange_id from exchanges);
delete from unexamined
where conversation_id in (select conversation_id from links semi join anew using (exchange_id))
   or (due_at is not null and conversation_id not in (select conversation_id from links));
insert into unexamined
select distinct conversation_id, null::timestamp, (select count(*) from anew) < (select count(*) from exchanges)
from links
semi join anew using (exchange_id);
