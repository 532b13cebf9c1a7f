"""Safe access to files that others may have placed: bounded reads, private folders, network mounts, project paths. Imports `core`."""
