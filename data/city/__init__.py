"""示範市, a city that does not exist: made from a seed, alike on every machine, and said to be synthetic.

from data.city import generate
city = generate("hamlet", seed=1)
city["crashes"].columns["severity"]
"""

from data.city.generate import SCALES, City, generate
from data.city.records import Table

__all__ = ["SCALES", "City", "Table", "generate"]
