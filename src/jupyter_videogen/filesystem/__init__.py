"""Safe access to files: bounded reads, private folders, network mounts, paths below the project. Imports `core`."""
