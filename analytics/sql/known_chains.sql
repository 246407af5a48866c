-- Which exchanges of the batch are stored already.
select exchange_id from chains where exchange_id in (select batch.exchange_id from batch)
