-- A row that is already there is left as it is.
insert into chains by name
select * from batch
where not exists (select 1 from chains as known where known.exchange_id = batch.exchange_id::varchar);
