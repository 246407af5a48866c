"""OpenAI embeddings, and the many that copied them.

https://platform.openai.com/docs/api-reference/embeddings

An embedding costs input tokens and continues nothing: no blocks, only usage.
"""

from analytics.dialects.call import Call
from analytics.dialects.exchange import RequestReading, ResponseReading
from analytics.dialects.fields import items, picked, text
from analytics.dialects.openai_chat import OpenAIChat
from analytics.dialects.openai_content import error_code, first_text, session_hint

PARAMETERS = ("dimensions", "encoding_format", "input_type", "output_dimension", "output_dtype", "task", "truncate")


class OpenAIEmbeddings(OpenAIChat):
    """`/v1/embeddings`."""

    parameters = PARAMETERS

    def read_request(self, call: Call) -> RequestReading:
        request, given = call.request, call.request.get("input")
        return RequestReading(
            model=text(request, "model") or self.model_in_path(call),
            session_hint=session_hint(call, request),
            parameters=picked(request, *self.parameters)
            | ({"inputs": len(given) if isinstance(given, list) else 1} if given else {}),
        )

    def read_response(self, call: Call) -> ResponseReading:
        answers = self.answers(call)
        failed = call.status is not None and call.status >= 400
        error = next((e for e in (self.error(answer, failed) for answer in answers) if e), {})
        raw = next((u for u in map(self.usage_object, answers) if u), None)
        vectors = sum(len(items(answer, "data")) for answer in answers)
        return ResponseReading(
            model=first_text(answers, "model"),
            response_id=first_text(answers, "id"),
            usage=self.usage(raw or {}),
            usage_raw=raw,
            error_code=error_code(error),
            error_message=text(error, "message") or (call.text[:500] or None if failed else None),
            ended=call.complete,
            details={"vectors": vectors} if vectors else {},
        )
