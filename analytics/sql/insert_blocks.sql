-- A row that is already there is left as it is.
insert into blocks by name
select * from batch
where not exists (select 1 from blocks as known where known.block_hash = batch.block_hash::uuid);
