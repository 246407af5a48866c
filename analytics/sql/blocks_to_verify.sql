-- The blocks whose texts are there.
select block_hash, role, kind, content from blocks where content is not null
