"""The cloud in a box: the API on an injected clock."""
