"""A chat of three turns with the OpenAI SDK, streamed: an ordinary application that knows nothing of tokenecho.

With `OPENAI_API_KEY` set it talks to OpenAI; without, it starts a local stand-in for it. Try both ways:

    python examples/chat.py
    tokenecho run --host localhost -- python examples/chat.py
"""

import os
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from openai import DefaultHttpxClient, OpenAI
from openai.types.chat import ChatCompletionMessageParam

QUESTIONS = (
    "Name a river in Europe.",
    "How long is it?",
    "Which cities lie on it?",
)


def main() -> None:
    """Ask the questions one after the other, sending the whole conversation each time, as this API wants it."""
    messages: list[ChatCompletionMessageParam] = [{"role": "system", "content": "Answer in one sentence."}]
    with client() as openai:
        for question in QUESTIONS:
            messages.append({"role": "user", "content": question})
            print(f"> {question}")
            messages.append({"role": "assistant", "content": answer(openai, messages)})


def answer(openai: OpenAI, messages: list[ChatCompletionMessageParam]) -> str:
    """The model's reply, printed as it comes."""
    stream = openai.chat.completions.create(
        model="gpt-4o-mini", messages=messages, stream=True, stream_options={"include_usage": True}
    )
    pieces = []
    for chunk in stream:
        for choice in chunk.choices:
            pieces.append(choice.delta.content or "")
            print(pieces[-1], end="", flush=True)
    print()
    return "".join(pieces)


@contextmanager
def client() -> Iterator[OpenAI]:
    """The SDK's client: for OpenAI with a key, else for a local stand-in."""
    if os.environ.get("OPENAI_API_KEY"):
        yield OpenAI()
        return
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from tests.upstream import upstream

    with upstream() as stand_in:
        url = f"{stand_in.base_url}/v1"
        if os.environ.get("HTTPS_PROXY"):  # routed: the environment says whom to trust
            yield OpenAI(api_key="none-needed", base_url=url)
        else:
            trusted = ssl.create_default_context(cafile=stand_in.ca_pem)
            yield OpenAI(api_key="none-needed", base_url=url, http_client=DefaultHttpxClient(verify=trusted))


if __name__ == "__main__":
    main()
