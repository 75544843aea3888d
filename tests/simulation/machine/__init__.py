"""The computer of one history and the server it talks to: clock, disk, turns, gateway."""
