"""The JSON documents for programs, a module for each, with its schema in `schemas/`."""
