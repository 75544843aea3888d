"""bulksend: text everyone in a spreadsheet, once each, and know what happened to every row."""

__version__ = "0.1.0"
