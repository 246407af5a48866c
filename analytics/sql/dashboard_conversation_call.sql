-- What is needed to show the blocks of call `$exchange`: what it began with, what it was answered, and the same
-- beginning of its parent. Hashes are texts.
select
    exchanges.exchange_id,
    content,
    reading,
    request_trimmed,
    relation,
    parent_exchange_id,
    exchanges.state_ref,
    own.block_hashes::varchar[] as preamble,
    earlier.block_hashes::varchar[] as parent_preamble,
    exchanges.reply_hashes::varchar[] as reply
from exchanges
left join links using (exchange_id)
left join preambles as own on own.preamble_hash = exchanges.preamble_hash
left join (select exchange_id, preamble_hash from exchanges) as parents on parents.exchange_id = parent_exchange_id
left join preambles as earlier on earlier.preamble_hash = parents.preamble_hash
where exchanges.exchange_id = $exchange
