"""What a person may do to a run at work: another pace, a pause, Ctrl-C in two steps."""
