"""Tests of the wire framings; `corpus` gives the recorded bodies that some of them walk."""
