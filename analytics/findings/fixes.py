"""Fixes: the change of code that a finding advises, by the SDK that made the calls. See fixes.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SDKS = {
    "openai-python": "OpenAI, Python",
    "openai-node": "OpenAI, TypeScript",
    "anthropic-python": "Anthropic, Python",
    "anthropic-node": "Anthropic, TypeScript",
    "google-python": "Google Gen AI, Python",
    "google-node": "Google Gen AI, TypeScript",
}
# Which SDKs a client is, or an API's users may have.
OF_CLIENT = {
    **{name: (name,) for name in SDKS},
    "google-genai-python": ("google-python",),
    "google-genai-node": ("google-node",),
    "google-genai": ("google-python", "google-node"),
}
OF_API = {
    "openai": ("openai-python", "openai-node"),
    "anthropic": ("anthropic-python", "anthropic-node"),
    "gemini": ("google-python", "google-node"),
}


@dataclass(frozen=True, slots=True)
class Fix:
    """Code for one SDK (a key of SDKS), and what to know about it."""

    sdk: str
    code: str
    note: str


def fixes(finding: str, client: str | None, api: str) -> list[Fix]:
    """The fixes for the SDK that was seen, or for those that speak the API where another client was."""
    wanted = OF_CLIENT.get(client or "", OF_API.get(api.partition(".")[0], ()))
    known = _table().get(finding, {})
    return [known[sdk] for sdk in wanted if sdk in known]


@cache
def _table() -> dict[str, dict[str, Fix]]:
    text = files("analytics").joinpath("findings", "fixes.toml").read_text("utf-8")
    return {
        finding: {sdk: Fix(sdk, found["code"].strip(), found.get("note", "")) for sdk, found in by_sdk.items()}
        for finding, by_sdk in tomllib.loads(text).items()
    }
