-- The tables the collector writes. Times are UTC. NULL is unknown, never 0.

create table meta (key varchar primary key, value varchar not null);

create table exchanges (
    exchange_id varchar not null,
    capture_id varchar,
    source varchar not null,
    transport varchar not null,
    connection_id varchar,
    started_at timestamp not null,
    request_ended_at timestamp,
    first_byte_at timestamp,
    ended_at timestamp,
    ttft_ms double,
    duration_ms double,
    provider varchar not null,
    api varchar not null,
    method varchar not null,
    host varchar not null,
    port integer not null,
    path varchar not null,
    http_version varchar,
    request_model varchar,
    response_model varchar,
    status integer,
    error_code varchar,
    error_message varchar,
    stop_reason varchar,
    service_tier varchar,
    streamed boolean not null,
    complete boolean not null,
    warmup boolean not null,
    client varchar,
    client_version varchar,
    client_retry integer,
    app varchar,
    team varchar,
    user_name varchar,
    key_fingerprint varchar,
    session_hint varchar,
    state_ref varchar,
    state_id varchar,
    response_id varchar,
    input_tokens bigint,
    cache_read_tokens bigint,
    cache_write_tokens bigint,
    cache_write_5m_tokens bigint,
    cache_write_30m_tokens bigint,
    cache_write_1h_tokens bigint,
    cache_write_12h_tokens bigint,
    output_tokens bigint,
    reasoning_tokens bigint,
    audio_input_tokens bigint,
    audio_output_tokens bigint,
    usage_basis varchar not null,
    -- Derived: the call that told the usage where another one did. `tokenecho rebuild` finds it anew.
    usage_from varchar,
    reported_cost_usd double,
    cost_usd double,
    cost_basis varchar,
    cost_reason varchar,
    uncached_usd double,
    cache_read_usd double,
    cache_write_usd double,
    output_usd double,
    outside_usd double,
    context_window bigint,
    request_bytes bigint not null,
    response_bytes bigint not null,
    request_wire_bytes bigint,
    response_wire_bytes bigint,
    request_trimmed boolean not null,
    response_trimmed boolean not null,
    content varchar not null,
    reading varchar not null,
    preamble_hash uuid,
    prefix_hash uuid,
    history_blocks integer,
    reply_hashes uuid[],
    reply_refs varchar[],
    parameters json,
    usage_raw json,
    details json
);

create table blocks (
    block_hash uuid not null,
    role varchar not null,
    kind varchar not null,
    content varchar,
    -- Of the tool that is defined or called.
    name varchar,
    bytes bigint not null,
    -- Counted with OpenAI's o200k encoding or by a rule of thumb: a weight, not a bill. See docs/ledgers.md.
    tokens integer not null
);

create table prefixes (
    prefix_hash uuid not null,
    parent_hash uuid,
    block_hash uuid not null,
    depth integer not null
);

-- A history in few steps: for every 32nd prefix its last 32 block hashes (16 bytes each), and the prefix before them.
create table strides (
    prefix_hash uuid not null,
    stride_from uuid,
    depth integer not null,
    bytes bigint not null,
    blocks blob not null
);

create table preambles (preamble_hash uuid not null, block_hashes uuid[] not null);

-- What lineage is decided by: one row per exchange, of the exchange's own facts. See analytics/lineage/facts.py.
create table chains (
    exchange_id varchar not null,
    started_at timestamp not null,
    preamble_blocks integer not null,
    preamble_bytes bigint not null,
    history_bytes bigint not null,
    first_block uuid,
    last_block uuid,
    stem uuid,
    tail blob not null,
    runs integer not null,
    reply_key uuid,
    reply_node uuid,
    reply_weight integer not null,
    echo_key uuid,
    echo_node uuid,
    echo_prefix uuid,
    echo_before uuid,
    echo_at integer not null,
    echo_blocks integer not null,
    echo_bytes bigint not null,
    echo_refs varchar[] not null,
    prior_key uuid,
    open_node uuid,
    passed blob not null,
    since blob not null,
    reply_line ubigint,
    opening_lines ubigint[] not null,
    reply_whole ubigint,
    echo_whole ubigint,
    reply_heads ubigint[] not null,
    echo_heads ubigint[] not null,
    last_heads ubigint[] not null,
    before_heads ubigint[] not null,
    -- 64-bit keys: under which later exchanges find this one, and under which it looks for earlier ones.
    offers ubigint[] not null,
    seeks ubigint[] not null
);

-- What lineage decided, and the wire ledger. Derived: `tokenecho rebuild` makes it anew from the tables above.
-- Of the request's blocks and bytes, every one is resent, echoed or new; the preamble's part of the resent and the
-- new ones is also counted by itself.
create table links (
    exchange_id varchar not null,
    started_at timestamp not null,
    conversation_id varchar not null,
    turn integer not null,
    branch varchar not null,
    parent_exchange_id varchar,
    -- An exchange of the same conversation where the parent itself was never captured.
    beside_exchange_id varchar,
    relation varchar not null,
    resent_blocks integer not null,
    resent_bytes bigint not null,
    echoed_blocks integer not null,
    echoed_bytes bigint not null,
    new_blocks integer not null,
    new_bytes bigint not null,
    resent_preamble_blocks integer not null,
    resent_preamble_bytes bigint not null,
    new_preamble_blocks integer not null,
    new_preamble_bytes bigint not null
);

-- What the billed ledger takes from an exchange: what the request itself came to, whether server tools had more read
-- than that, and blocks as counts by kind (the kinds of analytics/ledger/composition.py, in their order).
create table meters (
    exchange_id varchar not null,
    prompt_tokens bigint,
    looped boolean not null,
    request integer[] not null,
    echo integer[] not null,
    reply integer[] not null
);

-- The billed ledger. Derived: `tokenecho rebuild` makes it anew from the tables above.
create table ledgers (
    exchange_id varchar not null,
    resent_tokens bigint,
    echoed_tokens bigint,
    new_tokens bigint,
    remembered_tokens bigint,
    token_basis varchar,
    echo_basis varchar,
    resent_usd double,
    echoed_usd double,
    new_usd double,
    remembered_usd double,
    tools_tokens bigint,
    system_tokens bigint,
    user_tokens bigint,
    assistant_tokens bigint,
    thinking_tokens bigint,
    tool_call_tokens bigint,
    tool_result_tokens bigint,
    media_tokens bigint,
    other_tokens bigint,
    new_tools_tokens bigint,
    new_system_tokens bigint,
    new_user_tokens bigint,
    new_assistant_tokens bigint,
    new_thinking_tokens bigint,
    new_tool_call_tokens bigint,
    new_tool_result_tokens bigint,
    new_media_tokens bigint,
    new_other_tokens bigint
);

-- Calls added up by the hour. Derived: `tokenecho rebuild` makes it anew from the tables above.
create table hours (
    hour timestamp not null,
    provider varchar not null,
    api varchar not null,
    model varchar,
    app varchar,
    team varchar,
    user_name varchar,
    client varchar,
    calls bigint not null,
    errors bigint not null,
    unpriced bigint not null,
    unmetered bigint not null,
    unsplit bigint not null,
    assumed bigint not null,
    input_tokens bigint,
    uncached_tokens bigint,
    cache_read_tokens bigint,
    cache_write_tokens bigint,
    output_tokens bigint,
    reasoning_tokens bigint,
    cacheable_tokens bigint,
    split_tokens bigint,
    resent_tokens bigint,
    echoed_tokens bigint,
    new_tokens bigint,
    remembered_tokens bigint,
    exact_tokens bigint,
    cost_usd double,
    assumed_usd double,
    uncached_usd double,
    cache_read_usd double,
    cache_write_usd double,
    output_usd double,
    outside_usd double,
    resent_usd double,
    echoed_usd double,
    new_usd double,
    remembered_usd double,
    uncached_new_usd double,
    uncached_again_usd double,
    request_bytes bigint not null,
    response_bytes bigint not null
);

create table raw_exchanges (
    exchange_id varchar not null,
    meta blob not null,
    request blob not null,
    response blob not null
);

create table losses (
    spool_id varchar not null,
    reason varchar not null,
    day date not null,
    count bigint not null
);

create table set_aside (
    spool_id varchar not null,
    exchange_id varchar not null,
    error varchar not null
);

-- What was found. Derived: `tokenecho rebuild` makes it anew. See docs/findings.md.
create table findings (
    finding_id varchar not null,
    finding varchar not null,
    lever varchar not null,
    conversation_id varchar not null,
    exchange_id varchar not null,
    started_at timestamp not null,
    severity varchar not null,
    confidence varchar not null,
    tokens bigint,
    bytes bigint,
    usd double,
    paid_usd double,
    evidence json not null,
    advice varchar not null
);

-- Conversations that changed since they were examined for findings (those of their neighbours may have, too), and such
-- as are to be looked at again once traffic of a later time than `due_at` is stored.
create table unexamined (conversation_id varchar not null, due_at timestamp, changed boolean not null);
