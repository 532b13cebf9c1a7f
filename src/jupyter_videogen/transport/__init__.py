"""The only HTTP: the client, its URL policy, log redaction, and the local gateway's process. Imports `config` and below."""
