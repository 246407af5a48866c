-- Where the costs of a report come from, the most frequent first; NULL is a cost that is not known.
select cost_basis, count(*) as calls, count(cost_reason) as assumed
from report_calls
where usage_basis <> 'none'
group by cost_basis
order by calls desc, cost_basis
