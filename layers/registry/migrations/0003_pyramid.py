"""Where counts of points by cell and zoom are kept, and which counts these are. See layers/registry/pyramid.py."""

from django.db import migrations

MAKE = """
CREATE TABLE registry_pyramid (
    class bigint NOT NULL,
    z smallint NOT NULL,
    cx integer NOT NULL,
    cy integer NOT NULL,
    part smallint NOT NULL,
    n integer NOT NULL,
    sx double precision NOT NULL,
    sy double precision NOT NULL,
    s0 double precision NOT NULL DEFAULT 0,
    s1 double precision NOT NULL DEFAULT 0,
    s2 double precision NOT NULL DEFAULT 0,
    s3 double precision NOT NULL DEFAULT 0,
    block bigint GENERATED ALWAYS AS ((cx >> 6)::bigint << 32 | (cy >> 6)) STORED,
    PRIMARY KEY (class, z, block, cx, cy, part)
) WITH (fillfactor = 80);
CREATE TABLE registry_pyramid_class (
    class bigint PRIMARY KEY,
    table_name text NOT NULL,
    said text NOT NULL
);
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_touch")]
    operations = [migrations.RunSQL(MAKE, "DROP TABLE registry_pyramid, registry_pyramid_class")]
