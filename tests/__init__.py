"""Tests of tokenecho; the tree mirrors the code."""
