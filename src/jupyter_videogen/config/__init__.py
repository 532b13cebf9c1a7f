"""Settings, credentials and trust, and the provider that a request goes to. Imports `catalog` and below."""
