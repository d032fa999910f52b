"""`python -m gis.cli`, for where the script is not installed."""

from gis.cli import main

main()
