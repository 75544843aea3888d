"""What a text message is: pure rules, no I/O, no clock."""
