"""Speak the dialects of the services the gateway stands in for. Imports `requests` and `jobs`."""
