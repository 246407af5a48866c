"""What capture costs: ratios to a bare mitmdump, side by side in one run. `docs/benchmarks.md` has the figures."""
