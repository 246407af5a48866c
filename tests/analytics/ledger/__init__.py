"""Tests of the billed ledger."""
