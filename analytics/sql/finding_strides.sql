with recursive reached as (
    select strides.prefix_hash, stride_from, blocks
    from strides
    semi join (select prefix_hash::uuid as prefix_hash from wanted) using (prefix_hash)
    union
    select strides.prefix_hash, strides.stride_from, strides.blocks
    from reached
    join strides on strides.prefix_hash = reached.stride_from
)
select prefix_hash::blob, stride_from::blob, blocks from reached;
