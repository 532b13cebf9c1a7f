"""What is handed out of clips: the page, its facts, and the names of VBench."""
