-- Which of these prefixes are stored.
select prefix_hash::varchar from prefixes where prefix_hash in (select batch.prefix_hash::uuid from batch)
