-- The facts of the wanted exchanges, without calls that are no turn of a conversation.
select
    exchanges.exchange_id, exchanges.started_at, ended_at, complete, status, session_hint, app, team, user_name,
    state_ref, state_id, response_id, preamble_hash::varchar as preamble_hash, prefix_hash::varchar as prefix_hash,
    history_blocks, reply_refs, preamble_blocks, preamble_bytes, history_bytes, first_block::varchar as first_block,
    last_block::varchar as last_block, stem::varchar as stem, tail, runs, reply_key::varchar as reply_key,
    reply_node::varchar as reply_node, reply_weight, echo_key::varchar as echo_key, echo_node::varchar as echo_node,
    echo_prefix::varchar as echo_prefix, echo_before::varchar as echo_before, echo_at, echo_blocks, echo_bytes, echo_refs,
    prior_key::varchar as prior_key, open_node::varchar as open_node, passed, since, reply_line, opening_lines,
    reply_whole, echo_whole, reply_heads, echo_heads, last_heads, before_heads
from exchanges
join chains using (exchange_id)
where exchange_id in (select wanted.exchange_id from wanted)
