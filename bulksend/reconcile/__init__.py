"""Unknown rows settled by evidence."""
