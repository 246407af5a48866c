-- What the findings in the period (and in the one before it, where `current` is false) say could have been saved, of the
-- levers whose money adds up: that of a smaller history overlaps with the others.
select
    current,
    count(*) filter (lever <> 'history') as findings,
    -- Those that only inform claim no money.
    count(*) filter (lever <> 'history' and usd is null and severity <> 'info') as unpriced,
    sum(usd) filter (lever <> 'history') as usd,
    sum(usd) filter (lever <> 'history' and confidence = 'certain') as certain_usd,
    sum(usd) filter (lever = 'history') as history_usd
from findings
join shown_calls using (exchange_id)
group by current
order by current desc
