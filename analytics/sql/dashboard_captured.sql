-- Whether there is anything to show.
select exists (from exchanges) as captured
