"""`python -m analytics.cli`: the same as `tokenecho`."""

from analytics.cli import main

main()
