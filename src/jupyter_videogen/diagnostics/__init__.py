"""`vg.doctor`: check the machine, the home and the providers. Imports `runtime` and below."""
