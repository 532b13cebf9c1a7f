"""A job from draft to clip: the runner, recovery of lost answers, leases and the loop thread. Imports `media` and below."""
