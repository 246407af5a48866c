-- A row that is already there is left as it is. Which are is asked of the hashes alone: a join would hold the texts.
insert into blocks by name
with known as materialized (
    select block_hash from batch
    where exists (select 1 from blocks where blocks.block_hash = batch.block_hash::uuid)
)
select * from batch
where block_hash not in (select known.block_hash from known);
