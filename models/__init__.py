"""The network, its windows and decoding, and the shipped weights."""
