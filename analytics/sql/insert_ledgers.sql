insert into ledgers by name select * from batch
