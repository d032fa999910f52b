"""Crashes: records of traffic crashes, their parties, and where they gather."""
