-- Every step of a history goes on from the one before it, with a block that is stored.
select prefixes.prefix_hash
from prefixes
left join prefixes as parent on parent.prefix_hash = prefixes.parent_hash
left join blocks on blocks.block_hash = prefixes.block_hash
where blocks.block_hash is null
   or prefixes.depth <> coalesce(parent.depth, 0) + 1
   or (prefixes.parent_hash is null) <> (prefixes.depth = 1)
