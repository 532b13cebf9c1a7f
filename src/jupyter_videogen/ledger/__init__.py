"""The SQLite file that holds every job before it is sent. Imports `core` and `filesystem`."""
