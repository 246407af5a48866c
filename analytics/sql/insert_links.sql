insert into links by name select * from batch
