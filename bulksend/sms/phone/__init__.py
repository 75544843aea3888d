"""A cell -> an E.164 phone, or what is wrong with it."""
