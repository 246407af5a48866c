-- The raw bytes of calls that have been read.
delete from raw_exchanges
where exchange_id in (select exchange_id from exchanges where reading = 'read')
