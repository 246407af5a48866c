-- The conversations `$ids` in that order: their totals, how they begin, and their largest input turn by turn, thinned
-- out to `$points` points. The list is a filter that reaches into the view, which a join would not.
with wanted as (
    select
        unnest($ids::varchar[]) as conversation_id,
        generate_subscripts($ids::varchar[], 1) as place
),
listed as materialized (
    select * from conversations where list_contains($ids::varchar[], conversation_id)
),
grown as (
    select
        conversation_id,
        (turn - 1) * $points // greatest(max(turn) over (partition by conversation_id), $points) as point,
        input_tokens,
        context_window
    from links
    join exchanges using (exchange_id)
    where conversation_id in (select conversation_id from wanted)
),
points as (
    select
        conversation_id,
        point,
        max(input_tokens) as input_tokens,
        max(input_tokens / context_window) as context_used
    from grown
    group by conversation_id, point
),
sparklines as materialized (
    select
        conversation_id,
        list(input_tokens order by point) filter (input_tokens is not null) as growth,
        max(context_used) as context_used
    from points
    group by conversation_id
),
-- By their places: else the contents of whole columns would be unpacked to find these few.
begun as materialized (
    select
        exchange_id as conversation_id,
        blocks.rowid as place
    from chains
    join blocks on blocks.block_hash = chains.first_block
    where list_contains($ids::varchar[], exchange_id)
),
openings as materialized (
    select
        conversation_id,
        left(content, 400) as opening
    from begun
    join blocks on blocks.rowid = place
    where $texts
)
select
    listed.*,
    opening,
    growth,
    context_used
from listed
join wanted using (conversation_id)
left join sparklines using (conversation_id)
left join openings using (conversation_id)
order by place
