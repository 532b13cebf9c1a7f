"""`grid.map` and `group.map`: a function on every clip as it finishes, on any executor, its results kept."""
