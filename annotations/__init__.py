"""Gold: its files, its checks, agreement, and the one metrics module."""
