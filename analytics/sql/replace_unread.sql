-- A call that was stored raw and can be read now makes way for its reading.
delete from exchanges
where reading = 'unread'
  and exchange_id in (select batch.exchange_id from batch where batch.reading = 'read')
