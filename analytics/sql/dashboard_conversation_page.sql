-- One page of the conversations that have a call among the shown ones: their ids in the order that was asked for, and
-- how many there are. Of a conversation all calls count, also those that the filters leave out.
-- `$words` (lower case, or null) are searched in the names of its calls, and with `$texts` in its first message.
with named as (
    select
        links.conversation_id,
        case when $words is not null
            then lower(concat_ws(' ', conversation_id, exchange_id, app, team, user_name, client, model))
        end as names
    from shown_calls
    join links using (exchange_id)
    where current
),
-- By their places: else the contents of whole columns would be unpacked to find these.
begun as materialized (
    select
        exchange_id as conversation_id,
        blocks.rowid as place
    from chains
    join blocks on blocks.block_hash = chains.first_block
    where $texts and $words is not null and exchange_id in (select conversation_id from named)
),
opened as (
    select
        conversation_id,
        lower(content) as text
    from begun
    join blocks on blocks.rowid = place
),
chosen as (
    select conversation_id
    from named
    left join opened using (conversation_id)
    where $words is null
        or len(list_filter($words::varchar[], lambda word: not contains(names, word))) = 0
        or len(list_filter($words::varchar[], lambda word: not contains(coalesce(text, ''), word))) = 0
    group by conversation_id
),
ranked as (
    select
        links.conversation_id,
        case $ordering
            when 'latest' then epoch(max(links.started_at))
            when 'cost' then sum(cost_usd)
            when 'input' then sum(input_tokens)
            when 'echo' then sum(resent_tokens + echoed_tokens)
            when 'turns' then max(turn)
            when 'context' then max(input_tokens / context_window)
            when 'growth' then nullif(regr_slope(input_tokens, turn), 'nan'::double)
            when 'errors' then count(*) filter (error_code is not null or status >= 400)
        end * case when $descending then 1 else -1 end as rank
    from chosen
    join links using (conversation_id)
    join exchanges using (exchange_id)
    join ledgers using (exchange_id)
    group by links.conversation_id
)
select
    conversation_id,
    count(*) over () as conversations
from ranked
order by rank desc nulls last, conversation_id
limit $most offset $skipped
