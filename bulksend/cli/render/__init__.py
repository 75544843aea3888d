"""Words and tables for people, documents for programs."""

#: The form of the JSON documents: it changes where a script would have to.
SCHEMA = 2
