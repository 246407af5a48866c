"""The DuckDB file: opening it for a moment, and what the collector writes into it."""
