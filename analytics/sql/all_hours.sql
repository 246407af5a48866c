-- The hours in which there are calls.
select distinct date_trunc('hour', started_at) as hour from exchanges
