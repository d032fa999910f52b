from django.db import models

from layers.registry.rows import PointRow


class Lamp(PointRow):
    watts = models.IntegerField("瓦數")

    class Meta(PointRow.Meta):
        pass
