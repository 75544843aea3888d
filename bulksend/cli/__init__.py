"""The front door: argv, environment, configuration file in; words, JSON, exit codes out."""
