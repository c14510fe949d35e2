"""Protobuf modules generated before protobuf 3.20."""

import importlib
import sys

import pytest

from tf_edureka.runner import protobuf_modules

# message Point { int32 x = 1; }
FILE = (
    r"\n\x0bpoint.proto\x12\x05olden\"\x12\n\x05Point"
    r"\x12\t\n\x01x\x18\x01 \x01(\x05\x62\x06proto3"
)
OLD = """
from google.protobuf import descriptor
from google.protobuf import message
from google.protobuf import reflection

_b = lambda text: text.encode("latin1")
DESCRIPTOR = descriptor.FileDescriptor(
    name="point.proto", package="olden", syntax="proto3", serialized_pb={})
_POINT = descriptor.Descriptor(
    name="Point", full_name="olden.Point", filename=None, file=DESCRIPTOR, containing_type=None,
    nested_types=[], enum_types=[], extensions=[],
    fields=[descriptor.FieldDescriptor(
        name="x", full_name="olden.Point.x", index=0, number=1, type=5, cpp_type=1, label=1,
        has_default_value=False, default_value=0, message_type=None, enum_type=None,
        containing_type=None, is_extension=False, extension_scope=None)])
DESCRIPTOR.message_types_by_name["Point"] = _POINT
Point = reflection.GeneratedProtocolMessageType(
    "Point", (message.Message,), dict(DESCRIPTOR=_POINT, __module__="point_pb2"))
"""


@pytest.mark.parametrize("written", [f"_b('{FILE}')", f"b'{FILE}'"], ids=["2015", "2020"])
def test_old_generated_modules_can_be_imported(written, tmp_path, monkeypatch):
    source = OLD.replace("{}", written)
    if not written.startswith("_"):  # a file that is not registered in this process
        source = source.replace("olden", "older").replace("point.proto", "dot_2.proto")
    (tmp_path / "point_pb2.py").write_text(source)
    (tmp_path / "points_pb2.py").write_text(f"import point_pb2 as point__pb2\n{source}")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "meta_path", [protobuf_modules.Finder(), *sys.meta_path])
    point = importlib.import_module("point_pb2").Point(x=3)
    assert point.SerializeToString() == b"\x08\x03"
    assert importlib.import_module("points_pb2").point__pb2 is sys.modules["point_pb2"]
    for name in ("point_pb2", "points_pb2"):
        monkeypatch.delitem(sys.modules, name)


def test_current_generated_modules_are_unchanged(tmp_path, monkeypatch):
    (tmp_path / "today_pb2.py").write_text("DESCRIPTOR = 'as written'\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "meta_path", [protobuf_modules.Finder(), *sys.meta_path])
    assert importlib.import_module("today_pb2").DESCRIPTOR == "as written"
    monkeypatch.delitem(sys.modules, "today_pb2")
