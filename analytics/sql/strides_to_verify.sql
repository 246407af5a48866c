-- Every longer step of a history.
select prefix_hash, stride_from, blocks from strides
