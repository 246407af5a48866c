-- What the tables and their columns mean. docs/tables.md is made from it: python -m analytics.store.documentation

comment on table exchanges is
    'One row per model call: a request and its response, over HTTP or as frames on a WebSocket. Rows are only added.';
comment on column exchanges.exchange_id is 'The call''s own id, made when it was captured.';
comment on column exchanges.capture_id is 'The run of the proxy, or the import, that captured it.';
comment on column exchanges.source is 'How it came here: `live`, `har`, `flow`.';
comment on column exchanges.transport is '`http` or `websocket`.';
comment on column exchanges.connection_id is 'The connection it came over; NULL where that was not seen.';
comment on column exchanges.started_at is 'When the request began (UTC).';
comment on column exchanges.request_ended_at is 'When the request had been sent (UTC); NULL where that was not seen.';
comment on column exchanges.first_byte_at is 'When the first byte of the response came (UTC); NULL where none did.';
comment on column exchanges.ended_at is 'When the response ended, or was cut off (UTC); NULL where that was not seen.';
comment on column exchanges.ttft_ms is
    'From the beginning of the request to the first byte of the response, in milliseconds.';
comment on column exchanges.duration_ms is
    'From the beginning of the request to the end of the response, in milliseconds.';
comment on column exchanges.provider is
    'Who serves the API: `openai`, `anthropic`, `bedrock`, `local` … (analytics/endpoints.toml).';
comment on column exchanges.api is 'The API it speaks: `openai.chat`, `anthropic.messages` … (docs/dialects.md).';
comment on column exchanges.method is 'The HTTP method.';
comment on column exchanges.host is 'The host the request went to.';
comment on column exchanges.port is 'The port the request went to.';
comment on column exchanges.path is 'The request''s path, with its query; credentials are struck out.';
comment on column exchanges.http_version is 'The protocol on the client''s side, such as `HTTP/2.0`.';
comment on column exchanges.request_model is 'The model that was asked for; NULL where the request names none.';
comment on column exchanges.response_model is
    'The model that answered, which is the one that is priced; NULL where the response names none.';
comment on column exchanges.status is 'The HTTP status; NULL where no response came.';
comment on column exchanges.error_code is
    'The provider''s own code of an error, also of one inside a status of 200; NULL where there is none.';
comment on column exchanges.error_message is
    'The error in words, the provider''s or the connection''s; NULL where there is none.';
comment on column exchanges.stop_reason is
    'Why the model stopped, in the provider''s words; NULL where it does not say, or has not stopped.';
comment on column exchanges.service_tier is
    'The tier that served the call, as the response says; NULL where it does not.';
comment on column exchanges.streamed is 'Whether the response was a stream, or was asked to be.';
comment on column exchanges.complete is
    'Whether the response came to the provider''s own end; false where it was cut off.';
comment on column exchanges.warmup is 'Whether the call only warms something up and its answer is thrown away.';
comment on column exchanges.client is 'The calling program or SDK by its user agent; NULL where it does not say.';
comment on column exchanges.client_version is 'The version of that client.';
comment on column exchanges.client_retry is
    'How many times the client had tried this request before, by its own account; NULL where it does not say.';
comment on column exchanges.app is 'The app the call is booked on; NULL where nobody said.';
comment on column exchanges.team is 'The team the call is booked on; NULL where nobody said.';
comment on column exchanges.user_name is 'The user the call is booked on; NULL where nobody said.';
comment on column exchanges.key_fingerprint is
    'A keyed digest of the API key: tells keys apart, and cannot be turned back.';
comment on column exchanges.session_hint is
    'What the client says of the session the call belongs to; NULL where it says nothing.';
comment on column exchanges.state_ref is
    'The server-side state that the request continues, as `kind:id`; NULL where there is none.';
comment on column exchanges.state_id is
    'What a later request can continue from; NULL where the provider keeps nothing.';
comment on column exchanges.response_id is 'The provider''s id of the response.';
comment on column exchanges.input_tokens is
    'All input tokens: uncached, cache reads and cache writes, whatever the provider''s own convention. NULL: not reported.';
comment on column exchanges.cache_read_tokens is 'Of the input, what was read from a cache. NULL: not reported.';
comment on column exchanges.cache_write_tokens is 'Of the input, what was written to a cache. NULL: not reported.';
comment on column exchanges.cache_write_5m_tokens is
    'Of the cache writes, those that live for 5 minutes. NULL: not reported.';
comment on column exchanges.cache_write_30m_tokens is
    'Of the cache writes, those that live for 30 minutes. NULL: not reported.';
comment on column exchanges.cache_write_1h_tokens is
    'Of the cache writes, those that live for 1 hour. NULL: not reported.';
comment on column exchanges.cache_write_12h_tokens is
    'Of the cache writes, those that live for 12 hours. NULL: not reported.';
comment on column exchanges.output_tokens is 'All output tokens, reasoning included. NULL: not reported.';
comment on column exchanges.reasoning_tokens is 'Of the output, what the model thought. NULL: not reported.';
comment on column exchanges.audio_input_tokens is 'Of the input, audio. NULL: not reported.';
comment on column exchanges.audio_output_tokens is 'Of the output, audio. NULL: not reported.';
comment on column exchanges.usage_basis is '`reported` by the provider, or `none`.';
comment on column exchanges.usage_from is
    'The call that told the usage, where this one ended before there was any: a poll for a background response.';
comment on column exchanges.reported_cost_usd is
    'What the provider itself says it charged, in USD; NULL where it does not say.';
comment on column exchanges.cost_usd is 'What the call cost, in USD (docs/pricing.md). NULL: unknown, never free.';
comment on column exchanges.cost_basis is
    'Where the cost is from: `reported`, `prices.toml`, `genai-prices` and its version, or `none`.';
comment on column exchanges.cost_reason is
    'Why the cost is unknown or zero, or what it leaves out; NULL where there is nothing to say.';
comment on column exchanges.uncached_usd is
    'Of the cost, the input that no cache had a part in, in USD. NULL: unknown.';
comment on column exchanges.cache_read_usd is 'Of the cost, the cache reads, in USD. NULL: unknown.';
comment on column exchanges.cache_write_usd is 'Of the cost, the cache writes, in USD. NULL: unknown.';
comment on column exchanges.output_usd is 'Of the cost, the output, in USD. NULL: unknown.';
comment on column exchanges.outside_usd is
    'Of the cost, what is billed beside the reported totals (compaction, an advisor, a superseded response), in USD. NULL: unknown.';
comment on column exchanges.context_window is 'How many tokens the model can take. NULL: unknown.';
comment on column exchanges.request_bytes is 'Bytes of the request''s body, decoded.';
comment on column exchanges.response_bytes is 'Bytes of the response''s body, decoded.';
comment on column exchanges.request_wire_bytes is
    'Bytes of the request''s body as it was sent, perhaps compressed. NULL: not seen.';
comment on column exchanges.response_wire_bytes is
    'Bytes of the response''s body as it was sent, perhaps compressed. NULL: not seen.';
comment on column exchanges.request_trimmed is 'Whether the request was too long to be kept whole.';
comment on column exchanges.response_trimmed is 'Whether the response was too long to be kept whole.';
comment on column exchanges.content is '`full`, or `none` where texts are not kept.';
comment on column exchanges.reading is '`read`, or `unread` where no dialect reads it and its bytes are kept.';
comment on column exchanges.preamble_hash is
    'The tools and instructions that it begins with: a row of `preambles`. NULL: unread.';
comment on column exchanges.prefix_hash is
    'The end of its history: a row of `prefixes`, or all zeros where it has none. NULL: unread.';
comment on column exchanges.history_blocks is 'The number of blocks of its history.';
comment on column exchanges.reply_hashes is 'The blocks of the reply, in order.';
comment on column exchanges.reply_refs is 'The ids of the tool calls in the reply.';
comment on column exchanges.parameters is
    'Other fields of the request that bear on cost or caching, and where its cache marks stand.';
comment on column exchanges.usage_raw is 'The provider''s usage object, as it came; NULL where there was none.';
comment on column exchanges.details is 'What else the response says that bears on cost or caching.';

comment on view turns is
    'One row per exchange in its conversation: what it continues, and what of it was resent, echoed, new or remembered. The four token counts add up to the reported input.';
comment on column turns.exchange_id is 'The call.';
comment on column turns.started_at is 'When it began (UTC).';
comment on column turns.conversation_id is 'The conversation: the id of its first exchange.';
comment on column turns.turn is 'Its place along its branch, from 1; a retry has the turn of what it repeats.';
comment on column turns.branch is
    'The line of the conversation it is on: the id of the exchange that begins it, empty for the first line.';
comment on column turns.parent_exchange_id is
    'The earlier exchange that this one continues; NULL where there is none, or none that can be told.';
comment on column turns.relation is
    'How it continues its parent: `append`, `retry`, `fork`, `edit`, `truncate`, `compact`, `state`; else `ambiguous` or `new`.';
comment on column turns.resent_tokens is
    'Of the reported input, what the parent''s request held too. NULL: usage or parent unknown.';
comment on column turns.echoed_tokens is 'Of the reported input, the parent''s reply sent back. NULL: unknown.';
comment on column turns.new_tokens is 'Of the reported input, what is on the wire for the first time. NULL: unknown.';
comment on column turns.remembered_tokens is
    'Of the reported input, what was not on the wire at all: restored by the provider, or read again by it. NULL: unknown.';
comment on column turns.token_basis is
    'What the line between resent and the rest rests on: `exact` (the parent''s own count) or `estimated`. NULL: unknown.';
comment on column turns.echo_basis is
    'What the line between echoed and new rests on: `exact`, `reported` (the parent''s reported output) or `estimated`. NULL: unknown.';
comment on column turns.resent_usd is
    'What the resent part cost, after the discounts of caches, in USD. NULL: unknown.';
comment on column turns.echoed_usd is 'What the echoed part cost, in USD. NULL: unknown.';
comment on column turns.new_usd is 'What the new part cost, in USD. NULL: unknown.';
comment on column turns.remembered_usd is 'What the remembered part cost, in USD. NULL: unknown.';
comment on column turns.resent_bytes is 'Their bytes.';
comment on column turns.echoed_bytes is 'Their bytes.';
comment on column turns.new_bytes is 'Their bytes.';
comment on column turns.resent_blocks is 'Blocks that the parent''s request held too.';
comment on column turns.echoed_blocks is 'Blocks of the parent''s reply, sent back.';
comment on column turns.new_blocks is 'Blocks on the wire for the first time.';
comment on column turns.resent_preamble_blocks is 'Of the resent blocks, those of the preamble.';
comment on column turns.resent_preamble_bytes is 'Their bytes.';
comment on column turns.new_preamble_blocks is 'Of the new blocks, those of the preamble.';
comment on column turns.new_preamble_bytes is 'Their bytes.';
comment on column turns.tools_tokens is 'Of the input that was sent: tool definitions. NULL: unknown.';
comment on column turns.system_tokens is 'Of the input that was sent: instructions. NULL: unknown.';
comment on column turns.user_tokens is 'Of the input that was sent: what the user said. NULL: unknown.';
comment on column turns.assistant_tokens is 'Of the input that was sent: what the assistant said. NULL: unknown.';
comment on column turns.thinking_tokens is 'Of the input that was sent: thinking sent back. NULL: unknown.';
comment on column turns.tool_call_tokens is 'Of the input that was sent: tool calls. NULL: unknown.';
comment on column turns.tool_result_tokens is 'Of the input that was sent: tool results. NULL: unknown.';
comment on column turns.media_tokens is 'Of the input that was sent: images, documents and audio. NULL: unknown.';
comment on column turns.other_tokens is 'Of the input that was sent: anything else. NULL: unknown.';
comment on column turns.new_tools_tokens is 'Of the new tokens: tool definitions. NULL: unknown.';
comment on column turns.new_system_tokens is 'Of the new tokens: instructions. NULL: unknown.';
comment on column turns.new_user_tokens is 'Of the new tokens: what the user said. NULL: unknown.';
comment on column turns.new_assistant_tokens is 'Of the new tokens: what the assistant said. NULL: unknown.';
comment on column turns.new_thinking_tokens is 'Of the new tokens: thinking sent back. NULL: unknown.';
comment on column turns.new_tool_call_tokens is 'Of the new tokens: tool calls. NULL: unknown.';
comment on column turns.new_tool_result_tokens is 'Of the new tokens: tool results. NULL: unknown.';
comment on column turns.new_media_tokens is 'Of the new tokens: images, documents and audio. NULL: unknown.';
comment on column turns.new_other_tokens is 'Of the new tokens: anything else. NULL: unknown.';

comment on view turn_costs is
    'One row per exchange in its conversation: its tokens by price class, its money, and where the conversation stands by then. Running sums go along the conversation in the order of time, over all of its branches.';
comment on column turn_costs.exchange_id is 'The call.';
comment on column turn_costs.conversation_id is 'The conversation: the id of its first exchange.';
comment on column turn_costs.turn is 'Its place along its branch, from 1; a retry has the turn of what it repeats.';
comment on column turn_costs.branch is
    'The line of the conversation it is on: the id of the exchange that begins it, empty for the first line.';
comment on column turn_costs.started_at is 'When it began (UTC).';
comment on column turn_costs.provider is 'Who served it.';
comment on column turn_costs.model is 'The model that answered, or else the one that was asked for.';
comment on column turn_costs.input_tokens is
    'All input tokens: uncached, cache reads and cache writes, whatever the provider''s own convention. NULL: not reported.';
comment on column turn_costs.uncached_tokens is
    'Of the input, what no cache had a part in. NULL: not reported, or reported counts contradict each other.';
comment on column turn_costs.cache_read_tokens is 'Of the input, what was read from a cache. NULL: not reported.';
comment on column turn_costs.cache_write_tokens is 'Of the input, what was written to a cache. NULL: not reported.';
comment on column turn_costs.output_tokens is 'All output tokens, reasoning included. NULL: not reported.';
comment on column turn_costs.reasoning_tokens is 'Of the output, what the model thought. NULL: not reported.';
comment on column turn_costs.cost_usd is 'What the call cost, in USD (docs/pricing.md). NULL: unknown, never free.';
comment on column turn_costs.cost_basis is
    'Where the cost is from: `reported`, `prices.toml`, `genai-prices` and its version, or `none`.';
comment on column turn_costs.uncached_usd is
    'Of the cost, the input that no cache had a part in, in USD. NULL: unknown.';
comment on column turn_costs.cache_read_usd is 'Of the cost, the cache reads, in USD. NULL: unknown.';
comment on column turn_costs.cache_write_usd is 'Of the cost, the cache writes, in USD. NULL: unknown.';
comment on column turn_costs.output_usd is 'Of the cost, the output, in USD. NULL: unknown.';
comment on column turn_costs.outside_usd is
    'Of the cost, what is billed beside the reported totals (compaction, an advisor, a superseded response), in USD. NULL: unknown.';
comment on column turn_costs.resent_usd is
    'What the resent part cost, after the discounts of caches, in USD. NULL: unknown.';
comment on column turn_costs.echoed_usd is 'What the echoed part cost, in USD. NULL: unknown.';
comment on column turn_costs.new_usd is 'What the new part cost, in USD. NULL: unknown.';
comment on column turn_costs.remembered_usd is 'What the remembered part cost, in USD. NULL: unknown.';
comment on column turn_costs.context_window is 'How many tokens the model can take. NULL: unknown.';
comment on column turn_costs.context_used is
    'The share of the context window that this request and its reply fill, from 0 to 1. NULL: unknown.';
comment on column turn_costs.seconds_since_parent is
    'From the beginning of the parent to the beginning of this call, in seconds. NULL: no parent.';
comment on column turn_costs.idle_seconds is
    'From the end of the parent to the beginning of this call, in seconds: what a cache has to outlast. NULL: unknown.';
comment on column turn_costs.cache_hit_share is
    'The share of the input that was read from a cache, from 0 to 1. NULL: not reported.';
comment on column turn_costs.cumulative_usd is
    'What the conversation has cost up to and with this call, in USD; calls of unknown cost add nothing.';
comment on column turn_costs.cumulative_input_tokens is
    'The conversation''s reported input tokens up to and with this call.';
comment on column turn_costs.cumulative_unpriced is
    'How many of its calls up to and with this one are of unknown cost.';

comment on view conversations is
    'One row per conversation: its totals, how fast it grows, and how much of it was an echo. Sums are over the calls where the figure is known.';
comment on column conversations.conversation_id is 'The conversation: the id of its first exchange.';
comment on column conversations.started_at is 'When its first call began (UTC).';
comment on column conversations.ended_at is 'When its last call ended (UTC).';
comment on column conversations.exchanges is 'How many calls it has.';
comment on column conversations.turns is 'How many turns its longest branch has.';
comment on column conversations.branches is 'How many branches it has.';
comment on column conversations.app is 'The app of its first call that names one.';
comment on column conversations.team is 'The team of its first call that names one.';
comment on column conversations.user_name is 'The user of its first call that names one.';
comment on column conversations.client is 'The client of its first call that names one.';
comment on column conversations.provider is 'Who served its first call.';
comment on column conversations.model is 'The model of its last call.';
comment on column conversations.models is 'How many different models answered.';
comment on column conversations.errors is 'How many of its calls failed.';
comment on column conversations.input_tokens is 'Reported input tokens. NULL: none reported.';
comment on column conversations.cache_read_tokens is 'Of the input, what was read from a cache. NULL: none reported.';
comment on column conversations.cache_write_tokens is 'Of the input, what was written to a cache. NULL: none reported.';
comment on column conversations.output_tokens is 'Reported output tokens, reasoning included. NULL: none reported.';
comment on column conversations.reasoning_tokens is 'Of the output, what the models thought. NULL: none reported.';
comment on column conversations.resent_tokens is 'Of the input, what had been sent before. NULL: unknown of all calls.';
comment on column conversations.echoed_tokens is
    'Of the input, the models'' own replies sent back. NULL: unknown of all calls.';
comment on column conversations.new_tokens is
    'Of the input, what was on the wire for the first time. NULL: unknown of all calls.';
comment on column conversations.remembered_tokens is
    'Of the input, what was not on the wire at all. NULL: unknown of all calls.';
comment on column conversations.echo_share is
    'The share of the input that was resent or echoed, from 0 to 1, over the calls where that is known.';
comment on column conversations.exact_share is
    'Of the resent tokens, the share that rests on the provider''s own counts, from 0 to 1.';
comment on column conversations.cache_hit_share is
    'The share of the input that was read from a cache, from 0 to 1, over the calls that report it.';
comment on column conversations.growth_per_turn is
    'Tokens by which the input grows from turn to turn. NULL: a single turn.';
comment on column conversations.largest_context is 'The most tokens that one call had to hold, input and output.';
comment on column conversations.request_bytes is 'Bytes of the requests'' bodies, decoded.';
comment on column conversations.response_bytes is 'Bytes of the responses'' bodies, decoded.';
comment on column conversations.resent_bytes is 'Bytes of the resent blocks.';
comment on column conversations.echoed_bytes is 'Bytes of the echoed blocks.';
comment on column conversations.new_bytes is 'Bytes of the new blocks.';
comment on column conversations.cost_usd is
    'What its calls cost, in USD, without those of unknown cost. NULL: unknown of all of them.';
comment on column conversations.resent_usd is 'Of that, what resent input cost, in USD.';
comment on column conversations.echoed_usd is 'Of that, what echoed input cost, in USD.';
comment on column conversations.new_usd is 'Of that, what new input cost, in USD.';
comment on column conversations.remembered_usd is 'Of that, what remembered input cost, in USD.';
comment on column conversations.output_usd is 'Of that, what output cost, in USD.';
comment on column conversations.outside_usd is 'Of that, what was billed beside the reported totals, in USD.';
comment on column conversations.unsplit is 'How many of its calls could not be divided into resent, echoed and new.';
comment on column conversations.unpriced is 'How many of its calls are of unknown cost.';

comment on table blocks is
    'Content parts, each stored once, however often it was sent.';
comment on column blocks.block_hash is 'A keyed hash of role, kind and content: the same content anywhere.';
comment on column blocks.role is '`system`, `user`, `assistant` or `tool`.';
comment on column blocks.kind is
    '`tools`, `system`, `user`, `assistant`, `thinking`, `tool_call`, `tool_result`, `image`, `document`, `audio` or `other`.';
comment on column blocks.content is
    'The content in canonical form; media are kept as a digest. NULL: captured with `--content none`.';
comment on column blocks.name is
    'The name of the tool that it defines or calls; NULL for other blocks, and where no contents are kept.';
comment on column blocks.bytes is 'Bytes of the content; of media those that were sent.';
comment on column blocks.tokens is
    'Tokens as counted here, not as billed: the weight of the block among others (o200k, or a rule of thumb).';

comment on table prefixes is
    'Histories as a tree: each step is the history up to and with one block. What a prompt cache can reuse.';
comment on column prefixes.prefix_hash is 'A keyed hash of the whole history up to here.';
comment on column prefixes.parent_hash is 'The step before; NULL for the first.';
comment on column prefixes.block_hash is 'The block that this step adds.';
comment on column prefixes.depth is 'How many blocks the history has up to here.';

comment on table preambles is
    'What stands before the history: tool definitions, then instructions.';
comment on column preambles.preamble_hash is 'A keyed hash of the preamble as a whole.';
comment on column preambles.block_hashes is 'Its blocks, in order.';

-- The tables that the others are made from. What their columns hold is said in schema.sql and in the code.
comment on table links is 'Internal: what lineage decided, and what was on the wire. `turns` shows it. `tokenecho rebuild` makes it anew.';
comment on table ledgers is 'Internal: the reported input and its money, divided. `turns` shows it. `tokenecho rebuild` makes it anew.';
comment on table meters is 'Internal: what the ledgers take from a call: its own figures.';
comment on table strides is 'Internal: histories in long steps, so that a long one is walked quickly.';
comment on table chains is 'Internal: what lineage is decided by: a call''s own facts (analytics/lineage/facts.py).';
comment on table raw_exchanges is 'Internal: the bytes of calls that no dialect reads yet; `tokenecho reparse` tries again.';
comment on table losses is 'Internal: calls that were not captured, counted.';
comment on table set_aside is 'Internal: calls whose reading failed; `tokenecho reparse` tries again.';
comment on table meta is 'Internal: what this database is.';

comment on table findings is
    'One row per finding: what was noticed, in which conversation, and what is at stake. Derived. See docs/findings.md.';
comment on column findings.finding_id is 'Its id, the same as long as it is about the same thing.';
comment on column findings.finding is 'Which finding it is: `broken_prefix`, `unused_tools` …';
comment on column findings.lever is
    'What would help: `caching`, `state` (at the provider), `history` (a smaller one), `calls` (that go right). Money of the lever `history` overlaps with that of the others; the others add up.';
comment on column findings.conversation_id is 'The conversation it is about.';
comment on column findings.exchange_id is 'The call at which it shows.';
comment on column findings.started_at is 'When that call began (UTC).';
comment on column findings.severity is '`high`, `medium`, `low` or `info`.';
comment on column findings.confidence is '`certain`, `likely` or `possible`.';
comment on column findings.tokens is 'The billed input tokens it is about; NULL where unknown or none.';
comment on column findings.bytes is 'The bytes on the wire it is about; NULL where unknown or none.';
comment on column findings.usd is
    'Money that another way of calling would not have cost, net of what that way costs itself; NULL where unknown or nothing is claimed.';
comment on column findings.paid_usd is 'What was paid for those tokens; NULL where unknown.';
comment on column findings.evidence is 'Exchange ids and figures, as JSON. `quote`, `quotes` and `diff` hold texts of the traffic.';
comment on column findings.advice is 'What to do in this case, in a sentence or two.';

comment on table unexamined is
    'Internal: conversations that changed since they were examined for findings, or are to be looked at again later.';

comment on table hours is
    'Calls added up by the hour and by whose they were: one row per hour, provider, API, model, app, team, user and client. Sums are over the calls where the figure is known.';
comment on column hours.hour is 'The hour that the calls began in (UTC).';
comment on column hours.provider is 'As in `exchanges`.';
comment on column hours.api is 'As in `exchanges`.';
comment on column hours.model is 'The model that answered, else the one that was asked for; NULL: neither is named.';
comment on column hours.app is 'As in `exchanges`; NULL where nobody said.';
comment on column hours.team is 'As in `exchanges`; NULL where nobody said.';
comment on column hours.user_name is 'As in `exchanges`; NULL where nobody said.';
comment on column hours.client is 'As in `exchanges`; NULL where it does not say.';
comment on column hours.calls is 'How many calls.';
comment on column hours.errors is 'Those of them that failed: an error code, or a status of 400 and more.';
comment on column hours.unpriced is 'Calls with usage and without a known cost; the money leaves them out.';
comment on column hours.unmetered is 'Calls that succeeded and reported no usage; tokens and money leave them out.';
comment on column hours.unsplit is 'Calls with usage whose input could not be divided into its parts.';
comment on column hours.assumed is 'Calls that were priced with an assumption, which their `cost_reason` says.';
comment on column hours.input_tokens is 'Input tokens of the calls that reported them. NULL: none did.';
comment on column hours.uncached_tokens is
    'Of the input, neither read from nor written to a cache. NULL: unknown for all.';
comment on column hours.cache_read_tokens is 'Of the input, read from a cache. NULL: none reported any.';
comment on column hours.cache_write_tokens is 'Of the input, written to a cache. NULL: none reported any.';
comment on column hours.output_tokens is 'Output tokens, with reasoning. NULL: none were reported.';
comment on column hours.reasoning_tokens is 'Of the output, reasoning. NULL: none was reported.';
comment on column hours.cacheable_tokens is
    'Input of the calls that reported cache reads: what a share of cache reads is of. NULL: none did.';
comment on column hours.split_tokens is
    'Input of the calls whose parts are known: what an echo share is of. NULL: of none.';
comment on column hours.resent_tokens is 'Of that, sent before. NULL: of none.';
comment on column hours.echoed_tokens is 'Of that, the model''s own replies sent back. NULL: of none.';
comment on column hours.new_tokens is 'Of that, sent for the first time. NULL: of none.';
comment on column hours.remembered_tokens is 'Of that, billed without being sent. NULL: of none.';
comment on column hours.exact_tokens is 'Of `resent_tokens`, those whose basis is `exact`. NULL: none.';
comment on column hours.cost_usd is 'What the calls with a known cost came to. NULL: none is known.';
comment on column hours.assumed_usd is 'Of that, what was priced with an assumption. NULL: nothing was.';
comment on column hours.uncached_usd is 'What the uncached input cost. NULL: unknown for all.';
comment on column hours.cache_read_usd is 'What cache reads cost. NULL: unknown for all.';
comment on column hours.cache_write_usd is 'What cache writes cost. NULL: unknown for all.';
comment on column hours.output_usd is 'What the output cost. NULL: unknown for all.';
comment on column hours.outside_usd is 'Of the cost, what was billed beside the reported totals. NULL: of none.';
comment on column hours.resent_usd is 'What the resent part cost. NULL: unknown for all.';
comment on column hours.echoed_usd is 'What the echoed part cost. NULL: unknown for all.';
comment on column hours.new_usd is 'What the new part cost. NULL: unknown for all.';
comment on column hours.remembered_usd is 'What the remembered part cost. NULL: unknown for all.';
comment on column hours.uncached_new_usd is
    'Of `uncached_usd`, what was new: the end of each prompt, since caches hold its front (docs/ledgers.md). NULL: unknown for all.';
comment on column hours.uncached_again_usd is
    'The rest of `uncached_usd`: what was sent before and paid in full again. NULL: unknown for all.';
comment on column hours.request_bytes is 'Bytes of the requests'' bodies.';
comment on column hours.response_bytes is 'Bytes of the responses'' bodies.';
