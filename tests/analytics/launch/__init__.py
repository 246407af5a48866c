"""Tests of starting things."""
