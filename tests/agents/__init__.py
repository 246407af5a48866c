"""Coding agents and Node's SDKs as their makers ship them, under `tokenecho run` and in front of the local upstream."""
