-- An exchange that was not read keeps its bytes.
select exchange_id
from exchanges
where reading = 'unread' and exchange_id not in (select exchange_id from raw_exchanges)
