-- What the findings in the period (and in the one before it, where `current` is false) say could have been saved, of the
-- levers whose money adds up; and what a smaller history would have, which overlaps with it.
select
    current,
    sum(findings)::bigint as findings,
    sum(unpriced)::bigint as unpriced,
    sum(usd) as usd,
    sum(certain_usd) as certain_usd,
    sum(history_usd) as history_usd
from shown_avoidable
group by current
order by current desc
