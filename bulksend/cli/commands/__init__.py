"""The commands at the terminal, one file each and named as the command.

Each turns its parameters into Settings, calls its room and shows what came back. Rooms are imported
inside the commands, so that `--help` does not wait for polars and aiohttp.
"""
