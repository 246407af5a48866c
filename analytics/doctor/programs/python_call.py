"""POST a body with one of Python's HTTP libraries and print the reply. It runs in the user's Python, 3.6 or later."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import asyncio
import sys

JSON = {"content-type": "application/json"}


def call_urllib(body, url):
    from urllib.request import Request, urlopen

    with urlopen(Request(url, body, JSON)) as response:  # noqa: S310  # the doctor's own host
        return response.read().decode()


def call_requests(body, url):
    import requests

    return requests.post(url, data=body, headers=JSON, timeout=12).text


def call_httpx(body, url):
    import httpx

    return httpx.post(url, content=body, headers=JSON, timeout=12).text


def call_httpx2(body, url):
    import httpx2

    return httpx2.post(url, content=body, headers=JSON, timeout=12).text


def call_aiohttp(body, url, **settings):
    import aiohttp

    async def call():
        async with aiohttp.ClientSession(**settings) as session, session.post(url, data=body, headers=JSON) as response:
            return await response.text()

    return asyncio.new_event_loop().run_until_complete(call())


def call_aiohttp_trusting(body, url):
    return call_aiohttp(body, url, trust_env=True)


CALLS = {
    "urllib": call_urllib,
    "requests": call_requests,
    "httpx": call_httpx,
    "httpx2": call_httpx2,
    "aiohttp": call_aiohttp,
    "aiohttp trust_env=True": call_aiohttp_trusting,
}

if __name__ == "__main__":
    library, body, url = sys.argv[1:]
    print(CALLS[library](body.encode(), url))
