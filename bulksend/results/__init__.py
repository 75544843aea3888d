"""Shows what the journal knows: the results CSV."""
