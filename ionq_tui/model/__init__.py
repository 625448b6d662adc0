"""The nouns: frozen values and pure steps between them; standard library only."""
