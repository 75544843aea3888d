"""What is looked at before a text goes: account, profile and this computer."""
