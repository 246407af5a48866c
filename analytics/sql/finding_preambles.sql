select distinct preamble_hash::varchar, block_hashes::varchar[]
from preambles
semi join (select preamble_hash from exchanges semi join wanted using (exchange_id)) using (preamble_hash);
