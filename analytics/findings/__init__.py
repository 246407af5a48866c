"""Findings: what the echo costs, what would help, and how sure that is. One file each."""
