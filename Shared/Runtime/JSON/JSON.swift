// Starting point.
