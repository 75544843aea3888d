"""The file that people have: read as it is, in bounded chunks, and composed into messages."""
