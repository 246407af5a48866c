"""Dialects: one file for each provider's wire format, and the table of which one reads what."""
