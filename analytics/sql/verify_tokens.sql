-- Resent, echoed, new and remembered tokens are the reported input; so are the kinds of content, with the remembered.
select ledgers.exchange_id
from ledgers
join exchanges using (exchange_id)
where resent_tokens + echoed_tokens + new_tokens + remembered_tokens <> input_tokens
   or tools_tokens + system_tokens + user_tokens + assistant_tokens + thinking_tokens + tool_call_tokens
      + tool_result_tokens + media_tokens + other_tokens + remembered_tokens <> input_tokens
   or new_tools_tokens + new_system_tokens + new_user_tokens + new_assistant_tokens + new_thinking_tokens
      + new_tool_call_tokens + new_tool_result_tokens + new_media_tokens + new_other_tokens <> new_tokens
