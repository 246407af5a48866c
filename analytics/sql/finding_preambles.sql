select distinct preamble_hash::blob, block_hashes::blob[]
from preambles
semi join (select preamble_hash from exchanges semi join wanted using (exchange_id)) using (preamble_hash);
