"""Jupyter's server: it watches jobs whose kernel is gone, and shows jobs and clips to its pages. Imports everything below `notebook`."""
