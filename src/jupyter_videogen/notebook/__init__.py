"""IPython: magics, completion, display and the saved output. Imports `widget` and below."""
