"""A Telnyx on localhost that behaves as scripted, and keeps its own ledger of what it accepted."""
