"""The bare proxy's only script: responses go out as they arrive, as tokenecho's do."""

from mitmproxy import http


def responseheaders(flow: http.HTTPFlow) -> None:
    if flow.response:
        flow.response.stream = True
