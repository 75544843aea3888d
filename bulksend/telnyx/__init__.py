"""Everything that is Telnyx's, and nothing else: the wire, the codes, the account."""
