-- The history that ends in the prefix `$stem`, in strides from its beginning.
with recursive walk as (
    select prefix_hash, stride_from, depth, blocks from strides where prefix_hash = $stem::uuid
    union all
    select strides.prefix_hash, strides.stride_from, strides.depth, strides.blocks
    from walk
    join strides on strides.prefix_hash = walk.stride_from
)
select blocks from walk order by depth
