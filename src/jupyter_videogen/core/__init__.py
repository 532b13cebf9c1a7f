"""Values and rules without I/O: requests, jobs, clips, errors, HTTP messages, secrets, prices, budgets. Imports no other package."""
