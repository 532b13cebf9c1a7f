"""The functions and classes of vg.*: clients, jobs, groups, batches and tables. Imports `diagnostics` and below."""
