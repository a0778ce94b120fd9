"""SCRM: how the house is assembled and entered. Imports nothing: bin/* enter here before anything is installed."""
