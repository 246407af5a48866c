select block_hash::varchar, content
from blocks
semi join (select block_hash::uuid as block_hash from wanted) using (block_hash)
where content is not null;
