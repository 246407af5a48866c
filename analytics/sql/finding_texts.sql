-- By their places: else the contents of whole columns would be unpacked to find these few.
with places as materialized (
    select rowid as place
    from blocks
    semi join (select block_hash::uuid as block_hash from wanted) using (block_hash)
)
select block_hash::blob, content
from places
join blocks on blocks.rowid = place
where content is not null;
