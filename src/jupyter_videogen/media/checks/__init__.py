"""Checks of clips from their pixels alone: reading measures every frame once, and each rule judges the measures."""
