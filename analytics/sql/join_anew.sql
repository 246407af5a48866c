-- Calls whose usage changed are made anew, too.
insert into anew
select exchange_id, started_at
from exchanges
semi join told using (exchange_id)
anti join anew using (exchange_id)
