-- Every block of a preamble is stored.
select distinct preamble_hash
from (select preamble_hash, unnest(block_hashes) as block_hash from preambles)
where block_hash not in (select block_hash from blocks)
