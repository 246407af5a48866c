-- A page of the calls that are stored raw, by id.
select exchange_id, meta, request, response
from raw_exchanges
where exchange_id > ?
order by exchange_id
limit ?
