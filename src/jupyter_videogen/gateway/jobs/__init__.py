"""Keep orders and render them: the store, the worker, the engines and the files. Imports `requests` and `engine`."""
