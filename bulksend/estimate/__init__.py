"""What a batch will cost, and what to know before the money goes."""
