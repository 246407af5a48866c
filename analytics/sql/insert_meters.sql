-- A row that is already there is left as it is.
insert into meters by name
select * from batch
where not exists (select 1 from meters as known where known.exchange_id = batch.exchange_id::varchar);
