"""A user's mitmproxy script that meddles with calls, as the request's `x-do` header says."""

from mitmproxy.http import HTTPFlow, Response


def requestheaders(flow: HTTPFlow) -> None:
    match flow.request.headers.get("x-do"):
        case "answer early":
            flow.response = Response.make(418, b"early", {"x-own": "1"})
        case "stream request":
            flow.request.stream = lambda data: data.replace(b"Hello", b"Howdy")
        case "redirect":
            flow.request.path = "/api/chat"


def request(flow: HTTPFlow) -> None:
    match flow.request.headers.get("x-do"):
        case "answer":
            flow.response = Response.make(418, b"tea", {"x-own": "1"})
        case "kill":
            flow.kill()
        case "change":
            flow.request.headers["x-added"] = "1"
            flow.request.text = (flow.request.text or "").replace("Hello", "Changed")


def responseheaders(flow: HTTPFlow) -> None:
    match flow.request.headers.get("x-do"):
        case "stream":
            assert flow.response
            flow.response.headers["x-own"] = "1"
            flow.response.headers.pop("content-length", None)
            flow.response.stream = lambda data: [data.replace(b"choices", b"CHOICES"), b" "] if data else b"end"
        case "kill answer":
            flow.kill()


def response(flow: HTTPFlow) -> None:
    if flow.request.headers.get("x-do") == "rewrite late" and flow.response:
        flow.response.content = b"Rewritten"


def websocket_message(flow: HTTPFlow) -> None:
    assert flow.websocket
    message = flow.websocket.messages[-1]
    if b"output_text.delta" in message.content:
        message.drop()
    elif not message.from_client:
        message.content = message.content.replace(b"gpt-5", b"GPT-5")
