"""A stamped copy read again from the outside before it is issued; never asks the writer."""
