"""The table of server-side state."""
