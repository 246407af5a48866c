-- As many made-up calls as the variable `calls` says: 90 days, a hundred people, conversations of 37 turns.
insert into exchanges by name
select
    printf('%032x', i) as exchange_id, 'capture' as capture_id, 'live' as source, 'http' as transport,
    timestamp '2026-08-01' + to_seconds(i * 7776000 / getvariable('calls')) as started_at,
    started_at + interval 2 second as ended_at, 400.0 + i % 900 as ttft_ms, 2000.0 + i % 9000 as duration_ms,
    case when i // 37 % 6 % 3 = 0 then 'anthropic' else 'openai' end as provider, case when i // 37 % 6 % 3 = 0 then 'anthropic.messages' else 'openai.chat' end as api, 'POST' as method,
    'api.openai.com' as host, 443 as port, '/v1/chat/completions' as path, 'model-' || (i // 37 % 6) as request_model,
    'model-' || (i // 37 % 6) as response_model, case when i % 50 = 0 then 429 else 200 end as status,
    case when i % 50 = 0 then 'rate_limit' end as error_code, 'stop' as stop_reason,
    true as streamed, true as complete, false as warmup, 'client-' || (i // 37 % 100 % 5) as client, 'app-' || (i // 37 % 100 % 8) as app,
    'team-' || (i // 37 % 100 % 12) as team, 'user-' || (i // 37 % 100) as user_name,
    10000 + i % 90000 as input_tokens, 8000 + i % 80000 as cache_read_tokens, 500 as cache_write_tokens, 300 + i % 2000 as output_tokens,
    'reported' as usage_basis, 0.01 + (i % 1000) / 10000 as cost_usd, 'listed' as cost_basis,
    0.001 as uncached_usd, 0.004 as cache_read_usd, 0.003 as cache_write_usd, 0.002 as output_usd, 200000 as context_window,
    60000 + i % 50000 as request_bytes, 4000 as response_bytes, false as request_trimmed, false as response_trimmed,
    'full' as content, 'read' as reading, 70 as history_blocks, '{}' as parameters, '{}' as details
from range(getvariable('calls')) as t(i);
insert into links by name
select exchange_id, started_at, printf('%032x', i // 37 * 37) as conversation_id, (i % 37 + 1)::integer as turn, printf('%032x', i // 37 * 37) as branch,
    case when i % 37 > 0 then printf('%032x', i - 1) end as parent_exchange_id, case when i % 37 > 0 then 'append' else 'new' end as relation,
    70 as resent_blocks, 50000 as resent_bytes, 1 as echoed_blocks, 3000 as echoed_bytes, 2 as new_blocks, 4000 as new_bytes,
    10 as resent_preamble_blocks, 9000 as resent_preamble_bytes, 0 as new_preamble_blocks, 0 as new_preamble_bytes
from (select exchange_id, started_at, row_number() over (order by started_at) - 1 as i from exchanges);
insert into ledgers by name
select exchange_id, input_tokens - 900 as resent_tokens, 600 as echoed_tokens, 300 as new_tokens, 0 as remembered_tokens, 'exact' as token_basis, 'reported' as echo_basis,
    0.005 as resent_usd, 0.001 as echoed_usd, 0.002 as new_usd, 0 as remembered_usd,
    2000 as tools_tokens, 1000 as system_tokens, 500 as user_tokens, 300 as assistant_tokens, 0 as thinking_tokens, 100 as tool_call_tokens, 6000 as tool_result_tokens, 0 as media_tokens, 0 as other_tokens,
    0 as new_tools_tokens, 0 as new_system_tokens, 100 as new_user_tokens, 0 as new_assistant_tokens, 0 as new_thinking_tokens, 0 as new_tool_call_tokens, 200 as new_tool_result_tokens, 0 as new_media_tokens, 0 as new_other_tokens
from exchanges;
insert into meters by name select exchange_id, input_tokens as prompt_tokens, false as looped, [1,2,3,4,5,6,7,8,9] as request, [0,0,0,0,0,0,0,0,0] as echo, [0,0,0,1,0,0,0,0,0] as reply from exchanges;
