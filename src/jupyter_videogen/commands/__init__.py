"""What can be typed: options, parser, help, job references, code export. Imports `api` and below."""
