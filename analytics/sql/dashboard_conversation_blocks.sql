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
where block_hash in (select unnest($hashes::varchar[])::uuid)
