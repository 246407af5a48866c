-- Kind and tokens of the wanted blocks, and the places of those whose texts are to be compared.
select blocks.block_hash::varchar, kind, tokens, case when readable then blocks.rowid end
from blocks
join wanted on blocks.block_hash = wanted.block_hash::uuid
