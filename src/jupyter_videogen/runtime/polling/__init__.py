"""When to look at a job: duration estimates, the schedule that follows from them, and one scheduler a provider. Imports `dialects`, `ledger`, `transport` and below."""
