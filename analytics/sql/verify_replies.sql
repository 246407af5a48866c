-- Every block of a reply is stored.
select distinct exchange_id
from (select exchange_id, unnest(reply_hashes) as block_hash from exchanges)
where block_hash not in (select block_hash from blocks)
