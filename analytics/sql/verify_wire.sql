-- Resent, echoed and new blocks are all the blocks of the request, and their bytes all its bytes.
select links.exchange_id
from links
join chains using (exchange_id)
join exchanges using (exchange_id)
where resent_blocks + echoed_blocks + new_blocks <> preamble_blocks + history_blocks
   or resent_bytes + echoed_bytes + new_bytes <> preamble_bytes + history_bytes
