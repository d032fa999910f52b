"""Loads 示範市, the synthetic city, into the tables of all themes: whole or not at all, and never over real data."""

from gis.demo.accounts import accounts
from gis.demo.load import empty, load, loaded

__all__ = ["accounts", "empty", "load", "loaded"]
