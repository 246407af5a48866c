"""Lineage: which earlier exchange each one continues, and what of it was sent again."""
