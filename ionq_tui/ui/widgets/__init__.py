"""The widgets that screens and dialogs are composed of."""
