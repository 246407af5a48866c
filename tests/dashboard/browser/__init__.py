"""The pages in a real browser. Without one these tests skip, and say so."""
