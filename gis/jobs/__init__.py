"""Heavy and regular work, kept as rows in PostgreSQL and done by `antu worker`.

A theme's jobs live in its `jobs.py`; what belongs to no theme is in `housekeeping.py`.
"""
