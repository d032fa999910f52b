"""Runs the processes that themes declare: at once and bounded in time, or as a job that the worker does.

`layers/registry/process.py` holds the words of the declaration; `gis/ogc` speaks to the outside.
"""
