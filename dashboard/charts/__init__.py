"""Charts: pure functions from rows to a Plotly figure."""
