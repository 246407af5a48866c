-- The texts of the blocks at these places, which lie between two of them; a digest stands for no text.
select rowid, case when not contains(content, 'sha256":') then content end
from blocks
where rowid between $first and $last and list_contains($places, rowid)
