-- What the findings in the period (and in the one before it, where `current` is false) say could have been saved, and what
-- a smaller history would have, which overlaps with it. `findings` are those whose money counts or is unknown.
select
    current,
    count(*) filter (counts or unknown) as findings,
    count(*) filter (unknown) as unpriced,
    sum(usd) filter (counts) as usd,
    sum(usd) filter (counts and confidence = 'certain') as certain_usd,
    sum(usd) filter (lever = 'history') as history_usd
from shown_findings
group by current
order by current desc
