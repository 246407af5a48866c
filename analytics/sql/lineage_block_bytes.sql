-- The bytes of the wanted blocks.
select block_hash::varchar, bytes
from blocks
where block_hash in (select wanted.block_hash::uuid from wanted)
