-- The calls that are made anew, in the order of time.
select exchange_id from anew order by started_at, exchange_id
