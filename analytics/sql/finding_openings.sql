-- What a short first call of a conversation ends with, and the blocks of the reply, where texts are stored.
select exchange_id, last_block::blob, reply_hashes::blob[]
from exchanges
semi join wanted using (exchange_id)
join chains using (exchange_id)
join links using (exchange_id)
where relation = 'new' and runs = 0 and history_blocks between 1 and 3 and history_bytes <= $longest
    and exchanges.content = 'full';
