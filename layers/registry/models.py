"""The memory of what changed where: a counter per table and map cell, bumped by the database on every write."""

from django.db import models

CELL_ZOOM = 14
EVERYWHERE = -1


class TileCell(models.Model):
    """How often rows of a table changed within one tile of zoom 14; (-1, -1) stands for the whole table."""

    table_name = models.CharField(max_length=63)
    x = models.IntegerField()
    y = models.IntegerField()
    version = models.BigIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table_name", "x", "y"], name="tilecell_place")]
        verbose_name = "圖磚版本"

    def __str__(self) -> str:
        return f"{self.table_name} {self.x}/{self.y} v{self.version}"
