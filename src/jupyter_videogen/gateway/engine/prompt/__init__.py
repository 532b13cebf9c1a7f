"""Turn a sentence into a scene, a mood, colours and props, by tables alone."""
