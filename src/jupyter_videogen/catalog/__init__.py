"""The providers and models there are, what they can do, and the check of a request against it. Imports `core` and `dialects`."""
