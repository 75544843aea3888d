"""The way to Telnyx and one request on it: route, transports, what failures show."""
