"""A simulated IonQ API on an injected clock."""
