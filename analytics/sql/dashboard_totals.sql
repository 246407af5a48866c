-- What the calls came to: one row for the period, one (`current` is false) for the period before it.
select
    current,
    sum(calls)::bigint as calls,
    sum(errors)::bigint as errors,
    sum(unpriced)::bigint as unpriced,
    sum(unmetered)::bigint as unmetered,
    sum(unsplit)::bigint as unsplit,
    sum(assumed)::bigint as assumed,
    sum(cost_usd) as cost_usd,
    sum(echo_usd) as echo_usd,
    sum(input_tokens)::bigint as input_tokens,
    sum(output_tokens)::bigint as output_tokens,
    sum(resent_tokens)::bigint as resent_tokens,
    sum(echoed_tokens)::bigint as echoed_tokens,
    sum(new_tokens)::bigint as new_tokens,
    sum(remembered_tokens)::bigint as remembered_tokens,
    (sum(resent_tokens) + sum(echoed_tokens)) / nullif(sum(split_tokens), 0) as echo_share,
    coalesce(sum(exact_tokens), 0) / nullif(sum(resent_tokens), 0) as exact_share,
    sum(cache_read_tokens) / nullif(sum(cacheable_tokens), 0) as cache_hit_share,
    sum(request_bytes)::bigint as request_bytes,
    (select min(hour) from hours) as first_hour
from shown_hours
group by current
order by current desc
