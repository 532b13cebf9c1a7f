"""Speak the dialects of the simulated providers. Imports `requests` and `jobs`."""
