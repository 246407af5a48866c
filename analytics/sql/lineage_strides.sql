-- The wanted strides.
select prefix_hash::varchar, stride_from::varchar, depth, bytes, blocks
from strides
where prefix_hash in (select wanted.prefix_hash::uuid from wanted)
