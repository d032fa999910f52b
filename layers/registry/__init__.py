"""The words in which a layer is declared, and the register of all that are.

from layers.registry import Field, Layer, PointRow, Text
"""
