"""Anthropic threads, https://platform.claude.com/docs/en/build-with-claude/message-threads.

A message id names the conversation up to it, is continued once, and expires 5 minutes after its last request.
"""

from dataclasses import dataclass

from tests.upstream.answers import Call, Json, UpstreamError
from tests.upstream.state import StoredThread

LIFETIME = 300.0
# What the thread holds for all its turns, so a continuation may not send it again.
HELD = ("system", "tools")


@dataclass(slots=True)
class Ticket:
    """A request's place in its thread; without a thread it does nothing."""

    source: StoredThread | None = None
    in_thread: bool = False

    def keep(self, call: Call, body: Json, message: Json) -> None:
        """Hold the conversation under the new message's id."""
        if not self.in_thread:
            return
        reply = {"role": "assistant", "content": message["content"]}
        held = {**body, "messages": [*body["messages"], reply]}
        call.world.threads[message["id"]] = StoredThread(held, call.world.now() + LIFETIME)

    def release(self) -> None:
        if self.source is not None:
            self.source.in_flight = False
            self.source.continued = True


def resume(call: Call) -> tuple[Json, Ticket]:
    """The request with what its thread remembers put back in front."""
    thread = call.body.get("thread")
    if not thread:
        return call.body, Ticket()
    _supported(call.body)
    if thread.get("type") == "create":
        return call.body, Ticket(in_thread=True)
    stored = _stored(call, thread.get("previous_message_id"))
    stored.in_flight = True
    remembered = {name: stored.body[name] for name in HELD if name in stored.body}
    messages = [*stored.body["messages"], *call.body["messages"]]
    return {**remembered, **call.body, "messages": messages}, Ticket(stored, True)


def _supported(body: Json) -> None:
    unsupported = [name for name in ("context_management", "fallbacks") if body.get(name)]
    if unsupported:
        message = f"thread cannot be combined with {', '.join(unsupported)}."
        raise _error(400, "thread_unsupported_request", message, {"unsupported": unsupported})


def _stored(call: Call, message_id: str | None) -> StoredThread:
    stored = call.world.threads.get(message_id or "")
    if stored is None or stored.expires < call.world.now():
        message = "No usable Thread state was found for `previous_message_id`."
        raise _error(404, "thread_not_found", message)
    if stored.in_flight:
        message = "Another request is still continuing from the same `previous_message_id`."
        raise _error(400, "thread_continue_in_flight", message)
    if stored.continued:
        message = "The response that `previous_message_id` names has already been continued."
        raise _error(400, "thread_already_continued", message)
    _same_fields(call.body, stored)
    return stored


def _same_fields(body: Json, stored: StoredThread) -> None:
    changed = [name for name in (*HELD, "model") if name in body and body[name] != stored.body.get(name)]
    if changed:
        message = f"Fields differ from those stored with the Thread: {', '.join(changed)}."
        raise _error(400, "thread_fingerprint_mismatch", message)


def _error(status: int, code: str, message: str, details: Json | None = None) -> UpstreamError:
    return UpstreamError(status, message, details={"error_code": code, **(details or {})})
