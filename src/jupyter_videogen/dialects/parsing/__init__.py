"""Read what providers send: values, ids, clips, failures and lists out of any JSON. Imports `base` and `status` beside it."""
