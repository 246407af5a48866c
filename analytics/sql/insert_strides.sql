-- A row that is already there is left as it is.
insert into strides by name
select * from batch
where not exists (select 1 from strides as known where known.prefix_hash = batch.prefix_hash::uuid);
