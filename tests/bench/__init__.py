"""Benchmarks and the experiments that show a figure; each runs by `python -m tests.bench...`."""
