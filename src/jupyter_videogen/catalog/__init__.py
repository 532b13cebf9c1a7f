"""Providers and models: what there is, what it can do, and the check of a request against it. Imports `core` and `dialects`."""
