"""The local service: renders real clips on this computer, and speaks the dialects of the services it stands in for."""
