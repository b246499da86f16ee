"""Data files several rooms share: the stamp fonts."""
