"""The extension of Jupyter's server: it watches jobs whose kernel is gone, and shows jobs and clips to its pages. Imports `runtime` and below, and of `widget` its views."""
