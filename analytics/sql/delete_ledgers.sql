-- Ledgers that are written anew.
delete from ledgers where exchange_id in (select batch.exchange_id from batch)
