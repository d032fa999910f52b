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


class History(models.Model):
    """What a row of an editable layer was before a change, written by the database itself (history.sql).

    `row` is the whole row as it was; a row that came by hand leaves an entry without one.
    """

    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    version = models.PositiveIntegerField()
    op = models.CharField(max_length=6)
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    row = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["table_name", "row_id", "id"], name="history_of_row")]
        verbose_name = verbose_name_plural = "圖徵歷程"

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_id} v{self.version} {self.op}"


class Receipt(models.Model):
    """That changes were taken, and with which answer: whoever sends them again gets the answer, not the changes."""

    key = models.CharField(max_length=64, primary_key=True)
    actor = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    answer = models.JSONField()

    class Meta:
        verbose_name = verbose_name_plural = "收件"

    def __str__(self) -> str:
        return f"{self.key} {self.actor}"
