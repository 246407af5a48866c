-- All findings, and a list of all conversations as still to be examined: their neighbours are in it anyway.
delete from findings;
delete from unexamined;
insert into unexamined select distinct conversation_id, null::timestamp, false from links;
