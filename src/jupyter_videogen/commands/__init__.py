"""What can be typed after `%%videogen` and in a terminal: options, parser, help, job references, code export. Imports `api` and below."""
