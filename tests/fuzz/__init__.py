"""Broken contacts files without number, and what must be true of whatever is said about them."""
