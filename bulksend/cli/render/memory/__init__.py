"""What `explain` and `forget` say: documents for programs, words for people."""
