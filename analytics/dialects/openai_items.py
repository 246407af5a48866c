"""The items of the Responses API as blocks, the same for an output item and for the input item it comes back as.

https://platform.openai.com/docs/api-reference/responses/create#responses-create-input

Left out as dress: ids (but where the id is all there is), `status`, `phase`, `created_by`, annotations, nulls and
empty lists. Whether reasoning has text decides what stands for it: see `reasoning_block`.
"""

from collections.abc import Iterator
from dataclasses import replace

from analytics.dialects.canonical import call_block, dumps, other_block, undressed
from analytics.dialects.exchange import Block, Json, Role
from analytics.dialects.fields import items, obj, objects, picked, text
from analytics.dialects.openai_content import (
    ROLES,
    Piece,
    content_pieces,
    definition_piece,
    digest,
    filled,
    flat,
    sealed_block,
)

DRESS = frozenset({"id", "status", "call_id", "type", "created_by", "phase", "caller", "agent"})
# Tools that the provider runs: what the model asked for, and the field that holds what came back.
HOSTED = {
    "web_search_call": "results",
    "file_search_call": "results",
    "code_interpreter_call": "outputs",
    "mcp_call": "output",
    "mcp_list_tools": "tools",
    "x_search_call": "output",
}


def item_pieces(item: object) -> list[Piece]:
    """One input or output item as blocks, without empty texts."""
    if isinstance(item, str):
        return filled(content_pieces("user", item))
    found = obj(item)
    kind = text(found, "type") or _kind_of(found)
    return filled((block, source) for block, source in _pieces(kind, found))


def _kind_of(item: Json) -> str:
    """The type of an item that does not name it: a message has a role, a reference only its id."""
    if "role" in item or "content" in item:
        return "message"
    return "item_reference" if "id" in item else ""


def _pieces(kind: str, item: Json) -> Iterator[Piece]:
    match kind:
        case "message":
            yield from content_pieces(ROLES.get(text(item, "role") or "", "user"), item.get("content"))
        case "function_call" | "custom_tool_call":
            yield tool_call_block(item), item
        case "reasoning":
            yield reasoning_block(item), item
        case "additional_tools":
            yield from map(definition_piece, items(item, "tools"))
        case _ if kind.endswith("_output") or kind == "mcp_approval_response":
            yield from result_pieces(kind, item)
        case _ if kind in HOSTED:
            yield from ((block, {}) for block in hosted_blocks(kind, item))
        case _:
            yield _other_block(kind, item), item


def tool_call_block(item: Json) -> Block:
    """A call of a client's tool; of several tools of one name the namespace tells."""
    arguments = item.get("arguments", item.get("input"))
    block = call_block(item.get("name"), arguments, item.get("call_id"), picked(item, "namespace"))
    return replace(block, item_id=text(item, "id"))


def reasoning_block(item: Json) -> Block:
    """Reasoning stands for itself by its text where it has one, else by its encryption, else by its id.

    The text comes first because the encryption does not tell: one stream has it twice, sealed anew the second time
    (`response.output_item.done` and `response.completed`), and clients send back either.
    """
    summary, written = flat(item.get("summary")), flat(item.get("content"))
    sealed = text(item, "encrypted_content")
    if not summary and not written:
        return sealed_block(sealed) if sealed else other_block("assistant", picked(item, "id"), "thinking")
    content = dumps({name: value for name, value in (("summary", summary), ("content", written)) if value})
    size = sum(len(part.encode("utf-8", "replace")) for part in (summary, written, sealed or ""))
    return Block("assistant", "thinking", content, size=size)


def result_pieces(kind: str, item: Json) -> list[Piece]:
    """The result of a tool call, whoever ran the tool."""
    ref = text(item, "call_id") or text(item, "approval_request_id") or text(item, "id")
    output = item.get("output")
    if kind in ("function_call_output", "custom_tool_call_output", "computer_call_output"):
        return list(content_pieces("tool", output, ref)) or [(Block("tool", "tool_result", "", ref), item)]
    if kind == "local_shell_call_output" and isinstance(output, str):
        return [(Block("tool", "tool_result", output, ref), item)]
    # What failed says so only in its status.
    status = {"status": "failed"} if item.get("status") == "failed" else {}
    return [(Block("tool", "tool_result", dumps({"type": kind, **bare(item), **status}), ref), item)]


def hosted_blocks(kind: str, item: Json) -> Iterator[Block]:
    """A call of a tool that the provider runs, and its result: clients often send back the call alone."""
    ref, result = text(item, "call_id") or text(item, "id"), HOSTED[kind]
    asked = {name: value for name, value in bare(item).items() if name not in (result, "name", "arguments", "error")}
    yield call_block(text(item, "name") or kind, item.get("arguments"), ref, {"type": kind, **asked})
    answered = picked(bare(item), result, "error")
    if answered:
        yield Block("tool", "tool_result", dumps({"type": kind, **answered}), ref)


def _other_block(kind: str, item: Json) -> Block:
    match kind:
        case "compaction" | "compaction_summary" | "context_compaction":
            sealed = text(item, "encrypted_content") or ""
            content = {"type": "compaction", "sha256": digest(sealed)} if sealed else {"type": kind, **bare(item)}
            return Block("assistant", "other", dumps(content), size=len(sealed) or None)
        case "item_reference":
            return Block("assistant", "other", dumps({"item_reference": item.get("id")}), text(item, "id"))
        case "image_generation_call":
            # Sent back with its id and, as often as not, without its bytes.
            content = {"type": kind, **(picked(item, "id") or {"sha256": digest(text(item, "result") or "")})}
            return Block("assistant", "image", dumps(content), size=len(text(item, "result") or "") or None)
        case "configuration_update" | "compaction_trigger" | "mcp_approval_request":
            return Block(_role_of(kind), "other", dumps({"type": kind, **bare(item)}), text(item, "id"))
    if kind.endswith("_call") or kind == "program":
        return call_block(kind, bare(item), text(item, "call_id") or text(item, "id"))
    role: Role = ROLES.get(text(item, "role") or "", "assistant")
    return Block(role, "other", dumps({"type": kind, **bare(item)}))


def _role_of(kind: str) -> Role:
    return "assistant" if kind == "mcp_approval_request" else "user"


def bare(item: Json) -> Json:
    """The item without dress, nulls and empty lists."""
    return {k: v for k, v in obj(undressed(item)).items() if k not in DRESS and v != []}


def item_references(request: Json) -> list[str]:
    """The ids of earlier items that the request names instead of sending."""
    kinds = ((text(item, "type") or _kind_of(item), text(item, "id")) for item in objects(request, "input"))
    return [ref for kind, ref in kinds if kind == "item_reference" and ref]
