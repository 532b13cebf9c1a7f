"""What every scene draws with: arrays, colours, canvases, noise and styles."""
