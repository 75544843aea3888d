"""Going on with a batch: its contacts file as it is now, and journals of older versions."""
