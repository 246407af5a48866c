"""The core of tokenecho: from captured bytes to conversations, ledgers and findings. Knows no proxy and no page."""
