"""What this computer remembers: whom it texted, what, when, in which batch and row.

keys    the secret, and what stands for a phone and for a text: hashes, never the words
tables  the file made; `memory_file`: reserve a row before it is sent, look, release, forget
recent  what a run appends, and when it goes to its place; `bucket_map`: whose phone may be there
opening the file found, checked, rebuilt from the journals where it must be
check   a contacts file held against it, before anything is sent
keeper  the same while a batch is sent
"""
