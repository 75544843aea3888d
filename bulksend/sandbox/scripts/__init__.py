"""What goes wrong on request: scripts of rules, which request or webhook they meet, and how."""
