"""The Streamlit dashboard: reads the database, never writes it."""
