"""Local servers that speak the wire formats of LLM providers, for real SDKs behind a real proxy.

    with upstream() as up:
        trust = ssl.create_default_context(cafile=up.ca_pem)
        client = OpenAI(base_url=f"{up.base_url}/v1", api_key="k", http_client=httpx2.Client(verify=trust))

One port serves every API over HTTP/1.1, HTTP/2 and WebSocket; see `server`, and `controls` for misbehaviour.
"""

from tests.upstream.server import Running, upstream

__all__ = ["Running", "upstream"]
