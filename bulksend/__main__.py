"""`python -m bulksend`."""

from bulksend.cli.main import main

main()
