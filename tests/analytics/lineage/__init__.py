"""Lineage: parents, conversations and the wire ledger."""
