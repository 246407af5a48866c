select block_hash::blob, role, kind, bytes, tokens, name
from blocks
semi join (select block_hash::uuid as block_hash from wanted) using (block_hash);
