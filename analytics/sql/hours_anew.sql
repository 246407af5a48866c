-- The hours of the calls that are made anew.
select distinct date_trunc('hour', started_at) as hour from anew
