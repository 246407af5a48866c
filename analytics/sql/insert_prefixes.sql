-- A row that is already there is left as it is.
insert into prefixes by name
select * from batch
where not exists (select 1 from prefixes as known where known.prefix_hash = batch.prefix_hash::uuid);
