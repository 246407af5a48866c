-- A table as it is.
select * from query_table($name)
