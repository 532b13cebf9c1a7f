"""Settings, credentials and trust: what was set beforehand, and the provider that a request goes to. Imports `catalog` and below."""
