"""A mitmproxy script: responses pass as they arrive."""

from mitmproxy.http import HTTPFlow


def responseheaders(flow: HTTPFlow) -> None:
    if flow.response:
        flow.response.stream = True
