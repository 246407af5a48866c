"""Amazon Bedrock's InvokeModel and InvokeModelWithResponseStream: every model family's own body.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html and
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html

The body tells the family: the model may be an inference profile or an import, whose ARN says nothing. What all have in
common comes from Bedrock itself: the model in the path, the error's type in a header, and token counts in the headers
of a whole answer or in the last event of a stream. These fill in where the model's own body does not count.
"""

from collections.abc import Callable
from dataclasses import replace

from analytics.dialects.anthropic_messages import AnthropicMessages, model_in_path
from analytics.dialects.bedrock_blocks import part_block
from analytics.dialects.bedrock_converse import BedrockConverse, read_error, read_usage
from analytics.dialects.bedrock_stream import Step, error_in, merged_texts, streamed_parts
from analytics.dialects.bedrock_text import BedrockText
from analytics.dialects.call import Call, Dialect
from analytics.dialects.canonical import media_block
from analytics.dialects.cohere_chat import CohereChatV1, embedded
from analytics.dialects.exchange import Block, Json, RequestReading, ResponseReading, Usage
from analytics.dialects.fields import count, obj, objects, picked, text
from analytics.dialects.openai_chat import OpenAIChat

METRICS = "amazon-bedrock-invocationMetrics"
# Bedrock's own counts, by their names in the headers and in the metrics, and the same by Converse's names.
HEADERS = {
    "x-amzn-bedrock-input-token-count": "inputTokens",
    "x-amzn-bedrock-output-token-count": "outputTokens",
    "x-amzn-bedrock-cache-read-input-token-count": "cacheReadInputTokens",
    "x-amzn-bedrock-cache-write-input-token-count": "cacheWriteInputTokens",
}
METERED = HEADERS | {name.replace("Tokens", "TokenCount"): name for name in HEADERS.values()}
EMBEDDING = ("texts", "singleEmbeddingParams", "segmentedEmbeddingParams", "inputImage")
EMBEDDING_PARAMETERS = ("dimensions", "embeddingConfig", "input_type", "normalize", "output_dimension", "taskType")
# Longer than any count, and short enough to be read as a number.
MOST_DIGITS = 13


class BedrockInvoke:
    """`/model/MODEL/invoke` and `/invoke-with-response-stream`."""

    def read_request(self, call: Call) -> RequestReading:
        reading = family(call).read_request(call)
        return replace(reading, model=model_in_path(call.path), streamed=call.path.endswith("-stream"))

    def read_response(self, call: Call) -> ResponseReading:
        reading = family(call).read_response(call)
        code, message = read_error(call, obj(call.body) | error_in(exceptions(call)))
        code = reading.error_code or code
        metrics = stream_metrics(call)
        return counted(
            replace(
                reading,
                response_id=reading.response_id or call.response_headers.get("x-amzn-requestid"),
                error_code=code,
                error_message=reading.error_message or message,
                ended=reading.ended or bool(metrics or code) if call.streamed else reading.ended,
                details=reading.details | ({"invocation_metrics": metrics} if metrics else {}),
            ),
            header_counts(call) or picked(metrics, *METERED),
        )


class NovaInvoke(BedrockConverse):
    """Nova's own format is Converse's, with texts in ever new parts when streamed.

    https://docs.aws.amazon.com/nova/latest/userguide/complete-request-schema.html
    """

    def joined(self, steps: list[Step]) -> list[Json]:
        return merged_texts(streamed_parts(steps))


class ChatInvoke(OpenAIChat):
    """Mistral, OpenAI, Qwen, DeepSeek and others: OpenAI's chat, in which Mistral stops with a `stop_reason`.

    https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-mistral-chat-completion.html
    """

    def answers(self, call: Call) -> list[Json]:
        return [_with_choices(answer, call.streamed) for answer in super().answers(call)]


class EmbedInvoke:
    """Titan, Cohere and Nova embeddings: no conversation, but input that is paid for."""

    def read_request(self, call: Call) -> RequestReading:
        blocks = tuple(embedded_blocks(call.request))
        return RequestReading(history=blocks, parameters=picked(call.request, *EMBEDDING_PARAMETERS))

    def read_response(self, call: Call) -> ResponseReading:
        raw = picked(obj(call.body), "inputTextTokenCount")
        usage = Usage(input_tokens=count(raw, "inputTextTokenCount"))
        return ResponseReading(
            response_id=text(call.body, "id"), usage=usage, usage_raw=raw or None, ended=call.complete
        )


def family(call: Call) -> Dialect:
    """The reader of this model family's body."""
    model = (model_in_path(call.path) or "").lower()
    return next(dialect for fits, dialect in FAMILIES if fits(call.request, model))


def is_embedding(request: Json, model: str) -> bool:
    return any(name in request for name in EMBEDDING) or ("inputText" in request and "embed" in model)


def is_anthropic(request: Json, model: str) -> bool:
    return "anthropic_version" in request or "anthropic." in model


def is_nova(request: Json, model: str) -> bool:
    return "schemaVersion" in request or "inferenceConfig" in request or "amazon.nova" in model


FAMILIES: tuple[tuple[Callable[[Json, str], bool], Dialect], ...] = (
    (is_embedding, EmbedInvoke()),
    (lambda request, model: "prompt" in request or "inputText" in request, BedrockText()),
    (is_anthropic, AnthropicMessages()),
    (is_nova, NovaInvoke()),
    (lambda request, model: "message" in request, CohereChatV1()),
    (lambda request, model: True, ChatInvoke()),
)


def embedded_blocks(request: Json) -> list[Block]:
    """The input of each family's names."""
    single = obj(request, "singleEmbeddingParams") or obj(request, "segmentedEmbeddingParams")
    texts = [text(request, "inputText"), text(obj(single, "text"), "value")]
    blocks = [*embedded(request), *(Block("user", "user", found) for found in texts if found)]
    image = text(request, "inputImage")
    blocks += [media_block("user", "image", None, image)] if image else []
    media = picked(single, "image", "document", "audio", "video")
    return blocks + [part_block("user", {name: value}) for name, value in media.items()]


def _with_choices(answer: Json, streamed: bool) -> Json:
    choices = [_choice(choice, "delta" if streamed else "message") for choice in objects(answer, "choices")]
    return {**answer, "choices": choices} if choices else answer


def _choice(choice: Json, holder: str) -> Json:
    """The choice under OpenAI's names: Mistral's stream sends its pieces as messages."""
    renamed = {"finish_reason": choice.get("stop_reason"), holder: choice.get("message")}
    return renamed | picked(choice, "index", holder, "finish_reason")


def exceptions(call: Call) -> list[Step]:
    return [(event.name, obj(event.value)) for event in call.events if event.name]


def stream_metrics(call: Call) -> Json:
    """https://docs.aws.amazon.com/bedrock/latest/userguide/inference-invoke.html"""
    return next((m for m in (obj(event.value, METRICS) for event in reversed(call.events)) if m), {})


def header_counts(call: Call) -> Json:
    found = {name: call.response_headers.get(name, "") for name in HEADERS}
    return {name: int(v) for name, v in found.items() if v.isascii() and v.isdigit() and len(v) <= MOST_DIGITS}


def counted(reading: ResponseReading, own: Json) -> ResponseReading:
    """The reading with Bedrock's own counts where the model's body has none."""
    said, metered = reading.usage, read_usage({METERED[name]: value for name, value in own.items()})
    if said.input_tokens is None:
        said = replace(
            said,
            input_tokens=metered.input_tokens,
            cache_read_tokens=metered.cache_read_tokens,
            cache_write_tokens=metered.cache_write_tokens,
        )
    if said.output_tokens is None:
        said = replace(said, output_tokens=metered.output_tokens)
    return replace(reading, usage=said, usage_raw=reading.usage_raw or own or None)
