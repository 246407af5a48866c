-- When the first call was captured, to the hour.
select min(hour) as first_hour from hours
