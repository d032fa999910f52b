"""One layer's metadata as ISO 19115 in XML (ISO 19139): Chinese first, English beside it, elements in schema order."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

from gis.ogc.record import COUNCIL, Entry, forms, moment
from layers.registry.layer import Group
from layers.registry.text import Text

GMD, GCO, GML = (
    "http://www.isotc211.org/2005/gmd",
    "http://www.isotc211.org/2005/gco",
    "http://www.opengis.net/gml",
)
XLINK, XSI = "http://www.w3.org/1999/xlink", "http://www.w3.org/2001/XMLSchema-instance"
_LISTS = "http://standards.iso.org/iso/19139/resources/gmxCodelists.xml#"
_TOPICS: dict[Group, str] = {
    "harm": "society",
    "hot": "society",
    "response": "society",
    "place": "structure",
    "base": "boundaries",
}
_SHAPES = {"point": "vector", "line": "vector", "polygon": "vector", None: "grid"}


def write(entry: Entry, base: str) -> bytes:
    for prefix, iri in (("gmd", GMD), ("gco", GCO), ("gml", GML), ("xlink", XLINK), ("xsi", XSI)):
        ET.register_namespace(prefix, iri)
    layer = entry.layer
    root = ET.Element(f"{{{GMD}}}MD_Metadata")
    root.set(f"{{{XSI}}}schemaLocation", f"{GMD} http://schemas.opengis.net/iso/19139/20070417/gmd/gmd.xsd")
    _text(root, "fileIdentifier", layer.id)
    _code(root, "language", "LanguageCode", "zho")
    _code(root, "characterSet", "MD_CharacterSetCode", "utf8")
    _code(root, "hierarchyLevel", "MD_ScopeCode", "dataset")
    _party(root, "contact", COUNCIL, "pointOfContact", base)
    _when(root, "dateStamp", entry.updated or datetime.now(UTC))
    _text(root, "metadataStandardName", "ISO 19115:2003/19139")
    _text(root, "metadataStandardVersion", "1.0")
    locale = _in(_in(root, "locale"), "PT_Locale", id="EN")
    _code(locale, "languageCode", "LanguageCode", "eng")
    _code(locale, "characterEncoding", "MD_CharacterSetCode", "utf8")
    system = _path(
        root, "referenceSystemInfo", "MD_ReferenceSystem", "referenceSystemIdentifier", "RS_Identifier"
    )
    _text(system, "code", "EPSG:3826" if layer.raster else "EPSG:4326")
    _identification(root, entry, base)
    _distribution(root, entry, base)
    quality = _path(root, "dataQualityInfo", "DQ_DataQuality")
    _code(_path(quality, "scope", "DQ_Scope"), "level", "MD_ScopeCode", "dataset")
    _both(_path(quality, "lineage", "LI_Lineage"), "statement", layer.provenance)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _identification(root: ET.Element, entry: Entry, base: str) -> None:
    layer = entry.layer
    about = _path(root, "identificationInfo", "MD_DataIdentification")
    citation = _path(about, "citation", "CI_Citation")
    _both(citation, "title", layer.title)
    for when, kind in ((entry.created, "creation"), (entry.updated, "revision")):
        if when:
            dated = _path(citation, "date", "CI_Date")
            _when(dated, "date", when)
            _code(dated, "dateType", "CI_DateTypeCode", kind)
    _text(_path(citation, "identifier", "MD_Identifier"), "code", f"{base}/ogc/collections/{layer.id}")
    _both(about, "abstract", layer.description)
    _party(about, "pointOfContact", layer.attribution, "owner", base)
    _party(about, "pointOfContact", COUNCIL, "publisher", base)
    keywords = _path(about, "descriptiveKeywords", "MD_Keywords")
    for word in entry.keywords:
        _both(keywords, "keyword", word)
    limits = _path(about, "resourceConstraints", "MD_LegalConstraints")
    _code(
        limits,
        "accessConstraints",
        "MD_RestrictionCode",
        "otherRestrictions" if entry.public else "restricted",
    )
    _code(limits, "useConstraints", "MD_RestrictionCode", "license")
    _text(limits, "otherConstraints", layer.licence)
    _code(about, "spatialRepresentationType", "MD_SpatialRepresentationTypeCode", _SHAPES[layer.geometry])
    _code(about, "language", "LanguageCode", "zho")
    _code(about, "characterSet", "MD_CharacterSetCode", "utf8")
    _in(_in(about, "topicCategory"), "MD_TopicCategoryCode").text = _TOPICS[layer.group]
    _extent(about, entry)


def _extent(about: ET.Element, entry: Entry) -> None:
    if entry.extent.bounds is None and entry.period is None:
        return
    extent = _path(about, "extent", "EX_Extent")
    if bounds := entry.extent.bounds:
        box = _path(extent, "geographicElement", "EX_GeographicBoundingBox")
        west, south, east, north = bounds
        sides = (("west", "Longitude", west), ("east", "Longitude", east), ("south", "Latitude", south),
                 ("north", "Latitude", north))  # fmt: skip
        for side, axis, value in sides:
            ET.SubElement(_in(box, f"{side}Bound{axis}"), f"{{{GCO}}}Decimal").text = f"{value:.6f}"
    if entry.period:
        place = _path(extent, "temporalElement", "EX_TemporalExtent", "extent")
        period = ET.SubElement(place, f"{{{GML}}}TimePeriod", {f"{{{GML}}}id": "period"})
        for name, when in zip(("beginPosition", "endPosition"), entry.period, strict=True):
            end = ET.SubElement(period, f"{{{GML}}}{name}")
            if when == "..":
                end.set("indeterminatePosition", "unknown")
            else:
                end.text = when


def _distribution(root: ET.Element, entry: Entry, base: str) -> None:
    layer = entry.layer
    out = _path(root, "distributionInfo", "MD_Distribution")
    for _, form in forms(layer):
        kind = _path(out, "distributionFormat", "MD_Format")
        _text(kind, "name", form.title)
        _in(kind, "version").set(f"{{{GCO}}}nilReason", "unknown")
    ways = [(f"{base}/layers/{layer.id}", "WWW:LINK-1.0-http--link", layer.title.zh, "information")]
    if layer.raster:
        there = f"{base}/ogc/collections/{layer.id}/coverage?f=geotiff"
        ways.append((there, "WWW:DOWNLOAD-1.0-http--download", "GeoTIFF", "download"))
    else:
        ways.append(
            (f"{base}/ogc/collections/{layer.id}", "OGC API - Features", "OGC API – Features", "download")
        )
    ways.append((f"{base}/tiles/{layer.id}.json", "WWW:LINK-1.0-http--link", "TileJSON", "download"))
    for name, form in forms(layer):
        there = f"{base}/ogc/collections/{layer.id}/download?f={name}"
        ways.append((there, "WWW:DOWNLOAD-1.0-http--download", form.title, "download"))
    transfer = _path(out, "transferOptions", "MD_DigitalTransferOptions")
    for address, protocol, title, use in ways:
        line = _path(transfer, "onLine", "CI_OnlineResource")
        _in(_in(line, "linkage"), "URL").text = address
        _text(line, "protocol", protocol)
        _text(line, "name", title)
        _code(line, "function", "CI_OnLineFunctionCode", use)


# the few shapes that all of it is made of


def _in(parent: ET.Element, name: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{GMD}}}{name}", attributes)


def _path(parent: ET.Element, *names: str) -> ET.Element:
    for name in names:
        parent = _in(parent, name)
    return parent


def _text(parent: ET.Element, name: str, value: str) -> ET.Element:
    own = _in(parent, name)
    ET.SubElement(own, f"{{{GCO}}}CharacterString").text = value
    return own


def _both(parent: ET.Element, name: str, value: Text) -> None:
    own = _text(parent, name, value.zh)
    own.set(f"{{{XSI}}}type", "gmd:PT_FreeText_PropertyType")
    other = _path(own, "PT_FreeText", "textGroup")
    _in(other, "LocalisedCharacterString", locale="#EN").text = value.en


def _code(parent: ET.Element, name: str, codes: str, value: str) -> None:
    _in(_in(parent, name), codes, codeList=_LISTS + codes, codeListValue=value).text = value


def _when(parent: ET.Element, name: str, value: Any) -> None:
    ET.SubElement(_in(parent, name), f"{{{GCO}}}DateTime").text = moment(value)


def _party(parent: ET.Element, name: str, who: Text, role: str, base: str) -> None:
    own = _path(parent, name, "CI_ResponsibleParty")
    _both(own, "organisationName", who)
    line = _path(own, "contactInfo", "CI_Contact", "onlineResource", "CI_OnlineResource")
    _in(_in(line, "linkage"), "URL").text = base
    _code(own, "role", "CI_RoleCode", role)
