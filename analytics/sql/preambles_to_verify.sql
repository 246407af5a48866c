-- Every preamble.
select preamble_hash, block_hashes from preambles
