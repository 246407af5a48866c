"""Labelled scenarios: for each finding calls in which it holds, and calls in which it nearly does."""
