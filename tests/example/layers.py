from layers.registry.field import Field
from layers.registry.layer import Layer
from layers.registry.style import Points, Style
from layers.registry.text import Text
from tests.example.models import Lamp

LAYERS = [
    Layer(
        id="lamps",
        title=Text("路燈", "Street lights"),
        description=Text("全市路燈與瓦數。", "All street lights and their power."),
        group="place",
        source=Lamp,
        fields=(Field("watts", Text("功率", "Power"), unit="W", tile=0),),
        style=Style(Points(color="muted")),
        edit=("planner",),
        attribution=Text("工務局", "Public works"),
        provenance=Text("工務局路燈清冊。", "The register of public works."),
    )
]
