"""Packed and damaged files: what is inside is read, what would fill the disk or cannot be read is refused."""

import gzip
import io
import struct
import zipfile
from pathlib import Path

import pytest

from gis.exchange import unpack
from layers.registry.importer import Wrong
from tests.exchange.taking import take_in, take_out, written
from tests.factories import spot
from tests.sample.models import Spot

pytestmark = pytest.mark.django_db
CSV = "key,name,lon,lat\n{0},{0},120.1,23.1\n"


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return path


@pytest.mark.parametrize("name", ["file.csv.gz", "file.gz", "misnamed.csv"])
def test_gzip_is_told_by_its_first_bytes(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(gzip.compress(CSV.format("a").encode()))
    assert take_in("spots", tmp_path / name).inserted == 1


def test_a_zip_may_be_called_csv_and_hold_several_tables(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "monthly.csv",
        a_csv=CSV.format("a").encode(),
        deep__b_csv=CSV.format("b").encode("utf-16"),
        readme_md=b"# no data",
        manifest_pdf=b"%PDF",
    )
    assert take_in("spots", path).inserted == 2


def test_a_shapefile_in_a_folder_of_a_zip_in_big5_that_does_not_say_so(tmp_path: Path) -> None:
    spot(120.5, 23.5, key="s1", name="許功蓋派出所")
    take_out("spots", "shp", tmp_path / "out.zip", fields=("name",))
    Spot.objects.all().delete()
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        parts = {
            n.removeprefix("spots."): archive.read(n) for n in archive.namelist() if n.startswith("spots.")
        }
    big5 = "許功蓋派出所".encode("cp950")
    utf8 = "許功蓋派出所".encode()
    dbf = parts["dbf"].replace(utf8, big5 + b" " * (len(utf8) - len(big5)))
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for ending in ("shp", "shx", "prj"):
            archive.writestr(f"圖資/點位.{ending}", parts[ending])
        archive.writestr("圖資/點位.DBF", dbf)
    assert take_in("spots", tmp_path / "in.zip").inserted == 1
    assert Spot.objects.get(key="s1").name == "許功蓋派出所"


def test_names_inside_a_zip_never_reach_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../outside.csv", CSV.format("a"))
        archive.writestr("/tmp/absolute.csv", CSV.format("b"))
    with unpack.unpacked(path) as files:
        assert len(files) == 2
        folders = {file.resolve().parent for file in files}
        assert len(folders) == 1
        assert all(file.name.startswith("part") for file in files)
    assert not folders.pop().exists()
    assert take_in("spots", path).inserted == 2


def test_a_zip_bomb_is_refused_before_it_fills_the_disk(tmp_path: Path) -> None:
    path = zipped(tmp_path / "bomb.zip", zeros_csv=b"0" * (40 * 1024**2))
    assert path.stat().st_size < 100_000
    with pytest.raises(Wrong, match="200 times its size when unpacked, and is refused"):
        take_in("spots", path)
    (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress(b"0" * (40 * 1024**2)))
    with pytest.raises(Wrong, match="200 times its size when unpacked, and is refused"):
        take_in("spots", tmp_path / "bomb.csv.gz")


def test_the_members_of_a_zip_share_one_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MOST_BYTES", 1_000)
    members = {f"f{n}_csv": f"key,name,lon,lat\n{n},{'x' * 60},120,23\n".encode() * 5 for n in range(4)}
    with pytest.raises(Wrong, match="and is refused"):
        take_in("spots", zipped(tmp_path / "many.zip", **members))


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MOST_MEMBERS", 3)
    with pytest.raises(Wrong, match="holds more than 3 files"):
        take_in("spots", zipped(tmp_path / "many.zip", **{f"f{n}_csv": b"a,b" for n in range(4)}))


def test_a_zip_with_a_password_is_told_so(tmp_path: Path) -> None:
    path = zipped(tmp_path / "locked.zip", a_csv=CSV.format("a").encode())
    raw = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", raw, raw.index(mark) + at, 1)
    path.write_bytes(raw)
    with pytest.raises(Wrong, match="is locked with a password"):
        take_in("spots", path)


def test_a_zip_without_data_says_what_it_may_hold(tmp_path: Path) -> None:
    with pytest.raises(Wrong, match=r"holds no file that can be imported \(.csv"):
        take_in("spots", zipped(tmp_path / "docs.zip", readme_md=b"x"))


def damaged(raw: bytes) -> bytes:
    """The same length with its middle third overwritten."""
    third = len(raw) // 3
    return raw[:third] + b"\xa5" * third + raw[2 * third :]


@pytest.mark.parametrize("form", ["gpkg", "fgb", "geojson", "parquet", "kml", "shp"])
@pytest.mark.parametrize("how", ["cut", "overwritten"])
def test_a_damaged_file_is_told_so_and_leaves_nothing(form: str, how: str, tmp_path: Path) -> None:
    for n in range(400):
        spot(120 + n / 1000, 23, key=f"d{n}", name=f"路口 {n}" * 5)
    path = tmp_path / f"rows.{'zip' if form == 'shp' else form}"
    take_out("spots", form, path)
    Spot.objects.all().delete()
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2] if how == "cut" else damaged(raw))
    with pytest.raises(Wrong, match=r"damaged|cannot be read"):
        take_in("spots", path)
    assert not Spot.objects.exists()


def test_a_gzip_that_ends_early_is_damaged(tmp_path: Path) -> None:
    packed = io.BytesIO(gzip.compress(CSV.format("a").encode() * 999)).getvalue()
    (tmp_path / "half.csv.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(Wrong, match="is a damaged archive"):
        take_in("spots", tmp_path / "half.csv.gz")


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(Wrong, match="There is no file"):
        take_in("spots", tmp_path / "none.csv")
    with pytest.raises(Wrong, match="is a folder; name the files in it"):
        take_in("spots", tmp_path)
    with pytest.raises(Wrong, match=r"photo.jpg cannot be read: it is no CSV"):
        (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00")
        take_in("spots", tmp_path / "photo.jpg")
    with pytest.raises(Wrong, match="is empty"):
        take_in("spots", written(tmp_path, "", "rows.gpkg"))
