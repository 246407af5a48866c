"""Tests of `analytics.dialects`: one file per API."""
