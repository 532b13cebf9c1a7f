"""Tables of cells, jobs and scores: as text, as data frames, as HTML."""
