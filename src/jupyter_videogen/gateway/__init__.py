"""The local gateway: render real clips on this computer, and speak the dialects of the providers it simulates."""
