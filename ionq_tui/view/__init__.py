"""Model and now in, words and rows out; no Textual, no Rich."""
