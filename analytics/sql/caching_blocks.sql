-- The wanted blocks, and whether each is the line that Claude Code puts first, which changes with every call.
with mine as materialized (
    select rowid as place, block_hash, kind, tokens, bytes
    from blocks
    semi join (select block_hash::uuid as block_hash from wanted) using (block_hash)
),
-- It is a short line. By their places: else the contents of whole columns would be unpacked to look at these few.
stamps as (
    select rowid as place
    from blocks
    where rowid in (select place from mine where kind = 'system' and bytes < 500)
        and starts_with(content, 'x-anthropic-billing-header:')
)
select block_hash::blob as block_hash, kind, tokens, stamps.place is not null as stamp
from mine
left join stamps using (place);
