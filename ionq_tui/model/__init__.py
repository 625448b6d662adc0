"""Domain types: frozen dataclasses and pure functions, standard library only."""
