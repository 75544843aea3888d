"""What this computer remembers: whom it texted, what, when, in which batch and row.

keys           the secret, and what stands for a phone and for a text: hashes, never the words
memory_tables  the file made, and brought up to date
memory_file    a row reserved before it is sent; looked for, released, forgotten
recent         what a run appends, and when it goes to its place
bucket_map     of which phones anything may be there
opening        the file found, checked, rebuilt from the journals where it must be
check          a contacts file held against it, before anything is sent
keeper         the same while a batch is sent
"""
