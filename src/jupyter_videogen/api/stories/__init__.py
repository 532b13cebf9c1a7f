"""Stories: shots in order, each of which can start on the last frame of the one before. Built on grids; imports nothing above api."""
