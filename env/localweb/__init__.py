"""The local suite: real applications of others, seeded by us, on loopback addresses.

Their names are WebArena's (``shopping``, ``shopping_admin``, ``reddit``, ``gitlab``,
``wikipedia``), the applications are not: no number measured here is a WebArena number.
"""
