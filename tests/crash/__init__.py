"""Experiments that try to make bulksend text somebody twice, forget somebody, or lose count.

`python -m tests.crash` lists them; each has a short form among the tests. The sandbox's own ledger
is the truth in all of them.
"""
