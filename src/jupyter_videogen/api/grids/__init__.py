"""Grids: the table that is read, the plan, its cost, the call, and the grid itself."""
