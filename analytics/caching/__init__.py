"""Prompt caches: each provider's rules as data, simulators of them, and what the tokens they move cost."""
