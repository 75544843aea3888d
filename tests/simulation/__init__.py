"""Telnyx's queue and its rate limit as plain arithmetic, and bulksend's pace against them."""
