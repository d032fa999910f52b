"""The ground of the map: road sections cut at junctions, carriageways, blocks, buildings, water, green, rail."""

from django.contrib.gis.db import models

from layers.areas.models import Ward
from layers.registry.rows import AreaRow, LineRow, PointRow


class Junction(PointRow):
    name = models.CharField("路口名稱", max_length=120)
    name_en = models.CharField("英文名稱", max_length=160, blank=True)
    form = models.CharField("路口型態", max_length=4)
    signal = models.CharField("號誌", max_length=4)
    legs = models.SmallIntegerField("岔數")
    rank = models.SmallIntegerField("級別", default=4)
    """The rank of the widest road that meets here."""
    ward = models.ForeignKey(Ward, models.SET_NULL, null=True, blank=True, verbose_name="里")

    class Meta(PointRow.Meta):
        pass


class Section(LineRow):
    """路段: a stretch of one street, over which risk and works are reckoned."""

    name = models.CharField("路名", max_length=60, blank=True)
    name_en = models.CharField("英文路名", max_length=80, blank=True)
    start = models.CharField("起", max_length=60, blank=True)
    end = models.CharField("迄", max_length=60, blank=True)
    rank = models.SmallIntegerField("級別", default=4)
    length_m = models.FloatField("長度")

    class Meta(LineRow.Meta):
        pass


class Road(LineRow):
    """A piece of a street from one junction to the next."""

    name = models.CharField("路名", max_length=60, blank=True)
    name_en = models.CharField("英文路名", max_length=80, blank=True)
    kind = models.CharField("道路等級", max_length=16)
    rank = models.SmallIntegerField("級別", default=4)
    """1 is the widest; what the map shows first and names first."""
    lanes = models.SmallIntegerField("車道數", null=True, blank=True)
    width_m = models.FloatField("路寬", null=True, blank=True)
    oneway = models.BooleanField("單行", default=False)
    speed_limit = models.SmallIntegerField("速限", null=True, blank=True)
    length_m = models.FloatField("長度", null=True, blank=True)
    bridge = models.BooleanField("橋梁", default=False)
    from_junction = models.ForeignKey(Junction, models.SET_NULL, null=True, blank=True, related_name="+")
    section = models.ForeignKey(Section, models.SET_NULL, null=True, blank=True, verbose_name="路段")
    to_junction = models.ForeignKey(Junction, models.SET_NULL, null=True, blank=True, related_name="+")
    ward = models.ForeignKey(Ward, models.SET_NULL, null=True, blank=True, verbose_name="里")

    class Meta(LineRow.Meta):
        pass


class RoadSurface(AreaRow):
    """Carriageway from kerb to kerb."""

    kind = models.CharField("道路等級", max_length=16)

    class Meta(AreaRow.Meta):
        pass


class Block(AreaRow):
    """街廓"""

    land = models.CharField("使用", max_length=16, blank=True)

    class Meta(AreaRow.Meta):
        pass


class Building(AreaRow):
    floors = models.SmallIntegerField("樓層", null=True, blank=True)

    class Meta(AreaRow.Meta):
        pass


class Water(AreaRow):
    name = models.CharField("名稱", max_length=60, blank=True)
    name_en = models.CharField("英文名稱", max_length=80, blank=True)

    class Meta(AreaRow.Meta):
        pass


class Park(AreaRow):
    name = models.CharField("名稱", max_length=60, blank=True)
    name_en = models.CharField("英文名稱", max_length=80, blank=True)

    class Meta(AreaRow.Meta):
        pass


class Railway(LineRow):
    name = models.CharField("名稱", max_length=60, blank=True)
    name_en = models.CharField("英文名稱", max_length=80, blank=True)

    class Meta(LineRow.Meta):
        pass


class Landmark(PointRow):
    name = models.CharField("名稱", max_length=60)
    name_en = models.CharField("英文名稱", max_length=80, blank=True)
    kind = models.CharField("種類", max_length=16)

    class Meta(PointRow.Meta):
        pass


# The parametric map, its memory and its picture, in files of their own.
from layers.streets.drawn import DrawnArea, DrawnLine, DrawnPoint, DrawnWarning  # noqa: E402
from layers.streets.ledger import Changeset, Confirmation, Lineage, Stale, Template, Version  # noqa: E402

__all__ = [
    "Block", "Building", "Changeset", "Confirmation", "DrawnArea", "DrawnLine", "DrawnPoint", "DrawnWarning", "Junction", "Landmark",
    "Lineage", "Park", "Railway", "Road", "RoadSurface", "Section", "Stale", "Template", "Version", "Water",
]  # fmt: skip
