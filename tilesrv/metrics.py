"""What the tile server counts, for Prometheus."""

from prometheus_client import Counter, Histogram

REQUESTS = Counter("antu_tile_requests", "Requests to the tile server", ["kind", "status"])
SECONDS = Histogram(
    "antu_tile_seconds",
    "Time to answer",
    ["kind"],
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
CACHE = Counter("antu_tile_cache", "Vector tiles kept in memory or made", ["outcome"])
FORGOTTEN = Counter("antu_tiles_forgotten", "Cached tiles dropped because something under them changed")
THINNED = Counter("antu_tiles_thinned", "Tiles thinned to stay below the byte limit", ["layers"])
