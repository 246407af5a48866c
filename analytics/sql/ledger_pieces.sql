-- Kind and tokens of the wanted blocks, and the texts of those to be compared: a digest stands for no text.
select blocks.block_hash::varchar, kind, tokens, case when readable and not contains(content, 'sha256":') then content end
from blocks
join wanted on blocks.block_hash = wanted.block_hash::uuid
