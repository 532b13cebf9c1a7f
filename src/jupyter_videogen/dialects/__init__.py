"""One HTTP protocol a file: pure functions from a request to a call and from a reply to a status. Imports `core`."""
