"""The hall: the only place that wires the rooms together. One module for each command."""
