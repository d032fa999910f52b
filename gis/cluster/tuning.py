"""Settings of the private cluster for one machine of any size: a quarter of memory for the cache, at most 2 GB."""

from __future__ import annotations

import os
from pathlib import Path

HEAD = "# Written at each start. Settings of your own go to the end of data/postgresql.conf.\n"


def tuned(home: Path) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    cache = max(min(memory // 4, 2 * 2**30), 64 * 2**20) // 2**20
    lines = {
        "listen_addresses": "''",
        "unix_socket_directories": f"'{home}'",
        "max_connections": "150",
        "shared_buffers": f"{cache}MB",
        "effective_cache_size": f"{memory // 2 // 2**20}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "256MB",
        "random_page_cost": "1.1",
        "jit": "off",
        "max_wal_size": "2GB",
        "log_min_duration_statement": "2000",
    }
    return HEAD + "".join(f"{name} = {value}\n" for name, value in lines.items())
