"""What is released: whether its dependencies are sound, and whether it can be installed and started."""
