"""The tracker: fossil, with a project of ours in it."""
