"""What a person sees while a command works, and is asked; and the streams it goes to."""
