"""Pure functions from the model and the server's time to text, table rows and tones; standard library only."""
