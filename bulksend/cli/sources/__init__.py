"""Where the value of an option comes from: flag over variable over options file."""
