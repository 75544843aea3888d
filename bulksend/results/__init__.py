"""The journal joined with the contacts file, for people: results, comparison, learned rates."""
