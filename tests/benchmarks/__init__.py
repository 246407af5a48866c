"""The benchmarks run; their figures are for people to read."""
