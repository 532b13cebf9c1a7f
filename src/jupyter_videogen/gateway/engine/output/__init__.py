"""Write frames to files: the MP4, posters and contact sheets."""
