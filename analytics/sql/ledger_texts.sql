-- The texts of the blocks between two places; a digest stands for no text.
select rowid, case when not contains(content, 'sha256":') then content end
from blocks
where rowid between ? and ?
