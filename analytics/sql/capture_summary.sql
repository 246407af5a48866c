-- What one run of a proxy captured: calls, tokens, cost. A call on a WebSocket has the handshake's status, 101.
select
    count(*) as calls,
    count(*) filter (where not complete) as incomplete,
    count(*) filter (where complete and (error_code is not null or coalesce(status, 0) not between 101 and 299)) as failed,
    count(*) filter (where reading = 'unread') as unread,
    sum(input_tokens) as input_tokens,
    sum(cache_read_tokens) as cache_read_tokens,
    sum(output_tokens) as output_tokens,
    sum(cost_usd) as cost_usd,
    count(*) filter (where cost_usd is null and usage_basis <> 'none') as unpriced,
    count(*) filter (where usage_basis = 'none' and status between 101 and 299 and reading = 'read') as unmetered
    ,
    sum(resent_tokens + echoed_tokens) as echo_tokens,
    sum(resent_tokens + echoed_tokens) / nullif(sum(input_tokens) filter (resent_tokens is not null), 0) as echo_share,
    sum(resent_usd + echoed_usd) filter (resent_tokens + echoed_tokens > 0) as echo_usd
from exchanges
left join turns using (exchange_id)
where capture_id = ?
