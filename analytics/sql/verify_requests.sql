-- Every exchange that was read points at a stored history of its length, and at a stored preamble.
select exchange_id
from exchanges
left join prefixes using (prefix_hash)
left join preambles using (preamble_hash)
where reading = 'read'
  and (coalesce(prefixes.depth, 0) is distinct from history_blocks or preambles.preamble_hash is null)
