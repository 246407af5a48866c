"""Anthropic's token counting. https://platform.claude.com/docs/en/api/messages/count_tokens"""

from analytics.dialects.anthropic_messages import AnthropicMessages, read_error
from analytics.dialects.call import Call
from analytics.dialects.exchange import Json, ResponseReading
from analytics.dialects.fields import count, text


class AnthropicCountTokens(AnthropicMessages):
    """`/v1/messages/count_tokens` generates nothing: its count is an answer, not usage, and it is not billed."""

    def read_response(self, call: Call) -> ResponseReading:
        message = self.answer(call)
        error, counted = read_error(call, message), count(message, "input_tokens")
        details: Json = {"counted_tokens": counted} if counted is not None else {}
        return ResponseReading(
            error_code=text(error, "code"),
            error_message=text(error, "message"),
            ended=call.complete,
            details=details,
        )
