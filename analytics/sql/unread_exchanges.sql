-- Exchanges stored raw because no dialect reads them: the API and how many.
select api, count(*) as count
from exchanges
where reading = 'unread'
group by api
order by count desc, api
