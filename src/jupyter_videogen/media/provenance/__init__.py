"""Where a clip comes from, as its file says it: marks are read, and written into copies. Imports `media.container`, `catalog` and `core`."""
