"""Bytes of a contacts file -> rows of cells, all of them text."""
