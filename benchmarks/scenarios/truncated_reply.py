"""When a reply was cut short, and when it ended as it should."""

from dataclasses import replace

from benchmarks.scenarios.call import Api, Call, Scenario, Tokens, assistant, tool_call, user

ASKED = (user("Write a report on the harbour."),)
CUT = (assistant("The harbour was built in"),)


def _call(api: Api, stop: str, at: float = 0) -> Call:
    return Call(api, at, ASKED, CUT, stop=stop)


def _limited(api: Api, limit: int) -> Call:
    """A call whose reply reached the limit that it set."""
    names = {"openai.chat": "max_completion_tokens", "openai.responses": "max_output_tokens"}
    set_in = {"generationConfig": {"maxOutputTokens": limit}} if api == "gemini.generate" else {}
    stops = {"openai.chat": "length", "openai.responses": "max_output_tokens", "gemini.generate": "MAX_TOKENS"}
    call = _call(api, stops.get(api, "max_tokens"))
    return replace(call, parameters=set_in or {names.get(api, "max_tokens"): limit})


HITS = (
    Scenario("A chat reaches its token limit", (_limited("openai.chat", 400),)),
    Scenario("A response is incomplete", (_limited("openai.responses", 400),)),
    Scenario("A message reaches its token limit", (_limited("anthropic.messages", 400),)),
    Scenario("Gemini reaches its token limit", (_limited("gemini.generate", 400),)),
    Scenario("A chat is stopped by the content filter", (_call("openai.chat", "content_filter"),)),
    Scenario("A response is stopped by the content filter", (_call("openai.responses", "content_filter"),)),
    Scenario("Claude refuses", (_call("anthropic.messages", "refusal"),)),
    Scenario("The window is full", (_call("anthropic.messages", "model_context_window_exceeded"),)),
    Scenario("Gemini stops for safety", (_call("gemini.generate", "SAFETY"),)),
    Scenario("Gemini calls no function that there is", (_call("gemini.generate", "MALFORMED_FUNCTION_CALL"),)),
    Scenario("It is asked once more", (_limited("openai.chat", 400), replace(_limited("openai.chat", 400), at=4.0))),
    Scenario(
        "Nothing but reasoning comes",
        (replace(_limited("openai.responses", 400), usage=Tokens(40, output=400, reasoning=400)),),
    ),
)
MISSES = (
    Scenario("A chat ends", (_call("openai.chat", "stop"),)),
    Scenario("A response ends", (_call("openai.responses", ""),)),
    Scenario("A message ends at a stop sequence", (_call("anthropic.messages", "stop_sequence"),)),
    Scenario("A message pauses for a server tool", (_call("anthropic.messages", "pause_turn"),)),
    Scenario("The provider compacts the context", (_call("anthropic.messages", "compaction"),)),
    Scenario("Gemini ends", (_call("gemini.generate", "STOP"),)),
    Scenario(
        "A tool is called", (Call("openai.chat", 0, ASKED, (tool_call("read", "c1"),), tools={"read": "Reads."}),)
    ),
    Scenario("One token is asked for, to warm the cache", (_limited("anthropic.messages", 1),)),
    Scenario("A label of a few tokens is asked for", (_limited("openai.chat", 5),)),
    Scenario("A label is asked of Gemini", (_limited("gemini.generate", 8),)),
    Scenario("The call fails", (Call("openai.chat", 0, ASKED, (), status=500, error=("server_error", "Oh.")),)),
)
