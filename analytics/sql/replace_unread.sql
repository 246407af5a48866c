-- A call that was stored raw and can be read now makes way for its reading.
delete from chains
where exchange_id in (
    select batch.exchange_id from batch join exchanges using (exchange_id)
    where exchanges.reading = 'unread' and batch.reading = 'read');
delete from meters
where exchange_id in (
    select batch.exchange_id from batch join exchanges using (exchange_id)
    where exchanges.reading = 'unread' and batch.reading = 'read');
delete from exchanges
where reading = 'unread'
  and exchange_id in (select batch.exchange_id from batch where batch.reading = 'read')
