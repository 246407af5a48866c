-- What a short first call of a conversation says last, and how the reply to it begins, where texts are stored.
with opening as (
    select exchange_id, last_block, reply_hashes
    from exchanges
    semi join wanted using (exchange_id)
    join chains using (exchange_id)
    join links using (exchange_id)
    where relation = 'new' and runs = 0 and history_blocks between 1 and 3 and history_bytes <= $longest
        and exchanges.content = 'full'
),
answered as (
    select exchange_id, unnest(reply_hashes) as block_hash, generate_subscripts(reply_hashes, 1) as place from opening
),
replied as (
    select exchange_id, arg_min(left(blocks.content, $longest), place) as reply
    from answered
    join blocks using (block_hash)
    where kind = 'assistant'
    group by exchange_id
)
select exchange_id, blocks.content as said, coalesce(reply, '') as reply
from opening
join blocks on block_hash = last_block
left join replied using (exchange_id)
where blocks.kind = 'user' and blocks.content is not null;
