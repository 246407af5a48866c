-- Other conversations whose calls come right before or after the wanted ones: with the same preamble, the same request,
-- or from the same client; from `$since` to `$until`. What findings say of them may have changed.
with mine as (
    select exchanges.*
    from links
    semi join wanted using (conversation_id)
    join exchanges using (exchange_id)
),
by_preamble as (
    select
        exchange_id,
        lag(exchange_id) over warm as before,
        lead(exchange_id) over warm as after,
        lead(exchange_id, 2) over warm as later
    from exchanges
    semi join mine using (preamble_hash)
    where started_at between $since and $until
        and status < 300
        and history_blocks > 0
        and not ends_with(api, 'count_tokens')
    window warm as (
        partition by preamble_hash, provider, coalesce(response_model, request_model), key_fingerprint
        order by started_at, exchange_id
    )
),
by_request as (
    select exchange_id, lag(exchange_id) over twins as before, lead(exchange_id) over twins as after
    from exchanges
    semi join mine using (prefix_hash)
    where started_at between $since and $until and not ends_with(api, 'count_tokens')
    window twins as (
        partition by prefix_hash, preamble_hash, provider, request_model, state_ref order by started_at, exchange_id
    )
),
by_client as (
    select exchange_id, lag(exchange_id) over calls as before, lead(exchange_id) over calls as after
    from exchanges
    where started_at between $since and $until
        and history_blocks > 0
        and not ends_with(api, 'count_tokens')
        and (host, client, app, user_name, key_fingerprint) in (
            select (host, client, app, user_name, key_fingerprint) from mine
        )
    window calls as (
        partition by host, client, app, user_name, key_fingerprint order by started_at, exchange_id
    )
),
neighbours as (
    select unnest([before, after, later]) as exchange_id
    from (from by_preamble union all by name from by_request union all by name from by_client)
    semi join mine using (exchange_id)
)
insert into unexamined
select distinct conversation_id, null::timestamp, false
from links
semi join neighbours using (exchange_id)
anti join wanted using (conversation_id);
