"""``python -m liverec``."""

from liverec.cli import main

main()
