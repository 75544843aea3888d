"""What bulksend's speed is measured with: `python -m tests.bench --help`."""
