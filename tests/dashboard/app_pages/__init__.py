"""Tests of the conversation pages."""
