"""A mitmproxy script: every response, and every message of a server, holds the secret that `leaked` names."""

from mitmproxy import ctx
from mitmproxy.addonmanager import Loader
from mitmproxy.http import HTTPFlow


def load(loader: Loader) -> None:
    loader.add_option("leaked", str, "", "What is to leak.")


def with_secret(data: bytes) -> bytes:
    return data.replace(b'{"', b'{"api_key":"%s","' % ctx.options.leaked.encode(), 1)


def responseheaders(flow: HTTPFlow) -> None:
    if flow.response:
        flow.response.headers.add("set-cookie", f"session={ctx.options.leaked}; HttpOnly")
        flow.response.headers["x-openai-api-key"] = ctx.options.leaked
        flow.response.headers["x-unheard-of"] = ctx.options.leaked
        flow.response.headers["location"] = f"/next?key={ctx.options.leaked}"
        flow.response.headers.pop("content-length", None)
        if flow.response.headers.get("content-encoding") is None and flow.response.status_code != 101:
            flow.response.stream = with_secret


def websocket_message(flow: HTTPFlow) -> None:
    if flow.websocket and not flow.websocket.messages[-1].from_client:
        flow.websocket.messages[-1].content = with_secret(flow.websocket.messages[-1].content)
