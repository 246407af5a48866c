"""Findings: what each says of calls in which it holds, or nearly does."""
