-- The text of blocks that only calls without contents had before: it does not matter which call came first.
update blocks
set content = batch.content, name = batch.name
from batch
where blocks.block_hash = batch.block_hash::uuid and blocks.content is null and batch.content is not null
