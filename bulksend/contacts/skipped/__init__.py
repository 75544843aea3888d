"""Rows that are left out on purpose: suppressed, by country, or the same text again."""
