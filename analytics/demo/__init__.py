"""The demo: a sample of calls that comes with the package, and a folder of its own to look at it in."""
