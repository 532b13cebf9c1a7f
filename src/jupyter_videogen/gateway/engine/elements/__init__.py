"""The things that scenes are composed of: sky, water, land, weather. Imports `drawing` alone."""
