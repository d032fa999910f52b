"""A private PostgreSQL for one folder: on a Unix socket, no port, started and stopped with the product."""

from gis.cluster.cluster import Cluster

__all__ = ["Cluster"]
