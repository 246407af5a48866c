-- Whether there is anything to show.
select exists (from hours) as captured
