-- The blocks of the wanted preambles.
select preamble_hash::varchar, block_hashes::varchar[]
from preambles
where preamble_hash in (select wanted.preamble_hash::uuid from wanted)
