-- What each team has spent since then, the most first.
select team, sum(cost_usd) as usd
from exchanges
where started_at >= $since and team is not null
group by team
having usd > 0
order by usd desc, team;
