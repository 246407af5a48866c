-- The histories of the chosen calls, followed once and for all queries to come.
create table given.followed as select prefix_hash from given.histories;
create or replace view given.histories as select prefix_hash from given.followed;
