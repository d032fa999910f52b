"""Runs the parts of the product on one machine: database, workers of the web, worker of the jobs."""
