"""The commands without a screen: facts and actions for scripts and for people who are quick."""
