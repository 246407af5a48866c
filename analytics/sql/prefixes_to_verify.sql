-- Every step of every history.
select prefix_hash, parent_hash, block_hash from prefixes
