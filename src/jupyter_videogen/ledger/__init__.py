"""Every job, before it is sent: one SQLite file, its leases, and a spill file for a full disk. Imports `core` and `filesystem`."""
