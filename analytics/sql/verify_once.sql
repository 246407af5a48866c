-- Everything is there once.
select 'exchange ' || exchange_id from exchanges group by all having count(*) > 1
union all
select 'block ' || block_hash from blocks group by all having count(*) > 1
union all
select 'prefix ' || prefix_hash from prefixes group by all having count(*) > 1
union all
select 'preamble ' || preamble_hash from preambles group by all having count(*) > 1
union all
select 'link ' || exchange_id from links group by all having count(*) > 1
union all
select 'ledger ' || exchange_id from ledgers group by all having count(*) > 1
