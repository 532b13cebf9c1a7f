"""A job from draft to clip: the runner, recovery of lost answers, leases, the loop thread. Imports `media` and below."""
