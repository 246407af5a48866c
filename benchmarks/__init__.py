"""What capture costs: ratios to a bare mitmdump, taken side by side in one run. `docs/benchmarks.md` has the figures."""
