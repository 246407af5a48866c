-- Every call, in the order of time.
select exchange_id from exchanges order by started_at, exchange_id
