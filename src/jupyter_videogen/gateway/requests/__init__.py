"""Read what callers send: bodies, media and the bounds of an order. Imports nothing else of the gateway."""
