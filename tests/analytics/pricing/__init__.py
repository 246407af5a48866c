"""Tests of pricing: figures worked out by hand, properties of every bill, and what must stay unknown."""
