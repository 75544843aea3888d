"""What a batch is, and how one is run: planned, agreed to, connected, sent, summed up."""
