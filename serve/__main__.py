"""`python -m tiaokuan.serve`: the command line."""

from .cli import main

main()
