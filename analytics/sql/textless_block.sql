-- One block that is stored without its text.
select 1 from blocks where content is null limit 1
