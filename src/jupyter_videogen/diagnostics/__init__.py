"""vg.doctor: checks of the machine, the home and the providers. Imports `runtime` and below."""
