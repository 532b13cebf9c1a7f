"""What vg.* offers: clients, jobs, groups, batches and tables. Imports `diagnostics` and below."""
