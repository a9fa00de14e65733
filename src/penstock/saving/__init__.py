"""Graphs and variables to files and back."""
