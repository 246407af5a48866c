"""Ollama chat, https://docs.ollama.com/api/chat: newline-delimited JSON, streamed unless told otherwise."""

from datetime import UTC, datetime

from tests.upstream.answers import Answer, Call, Json, UpstreamError, broken_after, dump, stream, whole
from tests.upstream.openai_chat import read
from tests.upstream.replies import Reply, compose
from tests.upstream.segments import canonical, total
from tests.upstream.state import World

NDJSON = "application/x-ndjson"


FAILED = "an error was encountered while running the model"


def word(error: UpstreamError, world: World) -> Answer:
    """An error as Ollama words it."""
    return whole({"error": error.message or FAILED}, (), error.status)


def chat(call: Call) -> Answer:
    """`POST /api/chat`."""
    if not call.body.get("messages"):
        raise UpstreamError(400, "messages is required")
    prompt = read(_as_openai(call.body))
    reply = compose(prompt, call.controls, call.world.next_number())
    counts = {} if call.controls.usage == "none" else _counts(total(prompt.segments), reply)
    reason = {"done": True, "done_reason": {"end": "stop", "tool": "stop"}.get(reply.stop, reply.stop)}
    if call.body.get("stream") is False:
        return whole({**_line(call, _message(reply, reply.text)), **reason, **counts})
    lines = [{**_line(call, _message(reply, delta)), "done": False} for delta in _deltas(reply)]
    last = {**_line(call, {"role": "assistant", "content": ""}), **reason, **counts}
    pieces = [dump(line) + b"\n" for line in (*lines, last)]
    error = dump({"error": FAILED}) + b"\n"
    return stream(broken_after(pieces, list(range(len(lines))), call.controls, error), (), NDJSON)


def _as_openai(body: Json) -> Json:
    """Ollama's messages are OpenAI's, but for tool arguments as an object and the settings' place."""
    messages = []
    for message in body["messages"]:
        functions = [called["function"] for called in message.get("tool_calls") or ()]
        calls = [{"function": {**one, "arguments": canonical(one.get("arguments"))}} for one in functions]
        messages.append({**message, "tool_calls": calls})
    limit = (body.get("options") or {}).get("num_predict")
    return {"messages": messages, "tools": body.get("tools"), "max_tokens": limit}


def _deltas(reply: Reply) -> list[str]:
    return [""] if reply.calls else reply.deltas(reply.text)


def _line(call: Call, message: Json) -> Json:
    moment = datetime.fromtimestamp(call.world.now(), UTC).isoformat().replace("+00:00", "Z")
    return {"model": call.body.get("model"), "created_at": moment, "message": message}


def _message(reply: Reply, text: str) -> Json:
    message: Json = {"role": "assistant", "content": text}
    if reply.calls:
        calls = [{"function": {"name": made.name, "arguments": made.arguments}} for made in reply.calls]
        message["tool_calls"] = calls
    return message


def _counts(tokens: int, reply: Reply) -> Json:
    durations = {"total_duration": 5_000_000, "load_duration": 1_000_000}
    durations |= {"prompt_eval_duration": 1_000_000, "eval_duration": 3_000_000}
    return {**durations, "prompt_eval_count": tokens, "eval_count": reply.tokens}
