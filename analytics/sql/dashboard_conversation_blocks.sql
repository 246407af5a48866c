-- Blocks by their hashes: what they are, and with `$texts` their contents, of each `$longest` characters.
select
    block_hash::varchar as block_hash,
    role,
    kind,
    bytes,
    tokens,
    case when $texts then left(content, $longest) end as content,
    length(content) as characters
from blocks
-- By their places: else the contents of whole columns would be unpacked to find these few.
where rowid in (select rowid from blocks where list_contains($hashes::uuid[], block_hash))
