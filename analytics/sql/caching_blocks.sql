-- The wanted blocks, and whether each is the line that Claude Code puts first, which changes with every call.
select
    block_hash::varchar as block_hash,
    kind,
    tokens,
    coalesce(starts_with(content, 'x-anthropic-billing-header:'), false) as stamp
from blocks
semi join (select block_hash::uuid as block_hash from wanted) using (block_hash);
