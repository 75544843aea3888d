"""Benchmarks: how fast, and how much memory. Each is run by name: `python -m tests.bench.dry_run`."""
