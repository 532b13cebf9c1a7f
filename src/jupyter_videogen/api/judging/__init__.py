"""Blind votes and the clips that they are on."""
