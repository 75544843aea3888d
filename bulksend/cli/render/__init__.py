"""Words and tables for people, documents for programs."""
