-- Kind and tokens of the wanted blocks.
select block_hash::varchar, kind, tokens
from blocks
where block_hash in (select wanted.block_hash::uuid from wanted)
