"""Importers: recorded traffic becomes the same records as live traffic, through the same functions."""
