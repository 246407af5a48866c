"""Function calls whose arguments Gemini streams piece by piece, put together.

https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-fc
"""

import re
from collections.abc import Iterable

from analytics.dialects.exchange import Json
from analytics.dialects.fields import obj, objects
from analytics.dialects.gemini_parts import either, listed

_STEP = re.compile(r"[^.\[\]]+")
VALUES = ("stringValue", "numberValue", "boolValue", "nullValue")


def joined_calls(contents: Iterable[Json]) -> list[Json]:
    """The contents with each call whole: the pieces that follow a call with `willContinue` belong to it."""
    joined: list[Json] = []
    pending: Json | None = None
    for content in contents:
        parts: list[object] = []
        for part in listed(content, "parts"):
            found = either(part, "functionCall")
            call = obj(found)
            if pending is not None and found is not None and not call.get("name"):
                _add(pending, call)
                pending = pending if either(call, "willContinue") is True else None
                continue
            if call and (either(call, "partialArgs") or either(call, "willContinue")):
                pending = {"name": call.get("name"), "id": call.get("id"), "args": dict(obj(call, "args"))}
                _add(pending, call)
                parts.append({"functionCall": pending})
                pending = pending if either(call, "willContinue") is True else None
                continue
            parts.append(part)
        joined.append({**content, "parts": parts})
    return joined


def _add(call: Json, piece: Json) -> None:
    for argument in objects({"pieces": either(piece, "partialArgs")}, "pieces"):
        path = _STEP.findall(str(either(argument, "jsonPath") or "").removeprefix("$"))
        value = next((v for v in (either(argument, name) for name in VALUES) if v is not None), None)
        if path:
            _set(obj(call, "args"), path, value)


def _set(target: Json, path: list[str], value: object) -> None:
    """The value at that path; a string goes on where one stands. List positions are kept as keys."""
    for step in path[:-1]:
        inner = dict(obj(target, step))  # a copy: the answer itself stays as it came
        target[step] = inner
        target = inner
    before = target.get(path[-1])
    target[path[-1]] = before + value if isinstance(before, str) and isinstance(value, str) else value
