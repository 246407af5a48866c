"""How much a model can read."""

from pathlib import Path

from analytics.pricing.context_windows import context_window
from analytics.pricing.price_file import read_price_file


def test_the_window_is_the_listed_one() -> None:
    assert context_window("anthropic", "claude-opus-5-5") == 1_000_000
    assert context_window("bedrock", "us.anthropic.claude-haiku-4-5-20251001-v1:0") == 200_000


def test_a_plan_has_its_apis_window() -> None:
    assert context_window("openai-codex", "gpt-5") == 400_000


def test_an_unlisted_model_has_no_known_window() -> None:
    assert context_window("ollama", "qwen3:8b") is None
    assert context_window("openai", "gpt-unheard-of") is None


def test_the_users_own_window_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text('[[price]]\nprovider = "ollama"\nmodel = "qwen3*"\ncontext_window = 32768\n')
    overrides = read_price_file(path)
    assert context_window("ollama", "Qwen3:8b", overrides=overrides) == 32_768
    assert context_window("ollama", "llama3", overrides=overrides) is None
