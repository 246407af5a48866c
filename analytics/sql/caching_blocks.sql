select block_hash::blob, kind, tokens, bytes
from blocks
semi join (select block_hash::uuid as block_hash from wanted) using (block_hash);
