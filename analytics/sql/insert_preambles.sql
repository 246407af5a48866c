-- A row that is already there is left as it is.
insert into preambles by name
select * from batch
where not exists (select 1 from preambles as known where known.preamble_hash = batch.preamble_hash::uuid);
