"""Benchmarks: how fast, and in what memory. Each has its name: `python -m tests.bench.dry_run`."""
