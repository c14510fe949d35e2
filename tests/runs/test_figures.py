import io
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from tf_edureka.errors import InputError
from tf_edureka.runs import figures
from tf_edureka.runs.folder import RunFolder


def figure() -> Figure:
    made = Figure(figsize=(2, 1), layout="constrained")
    axes = made.add_subplot()
    axes.plot([1, 2], label="a line")
    axes.imshow(np.eye(2))
    axes.legend()
    return made


@pytest.mark.parametrize(("format", "size"), [("110dpi", (220, 110)), ("200dpi", (400, 200))])
def test_png_has_the_requested_resolution(tmp_path, format, size):
    figures.save(figure(), tmp_path / "a.png", format)
    with Image.open(tmp_path / "a.png") as shown:
        assert (shown.format, shown.size) == ("PNG", size)


def test_an_svg_is_the_same_in_each_process_and_needs_no_font(tmp_path):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from test_figures import *\n"
        "figures.save(figure(), sys.stdout.buffer, 'svg')\n"
    )
    folder = __file__.rpartition("/")[0]
    file = io.BytesIO()
    figures.save(figure(), file, "svg")
    content = file.getvalue()
    assert subprocess.check_output([sys.executable, "-c", code, folder]) == content
    assert content.startswith(b"<?xml")
    assert b"clip-path" in content  # an id that is random without a salt
    assert b"<dc:date>" not in content
    assert b"<text" not in content


def test_saving_does_not_change_matplotlib_settings():
    before = dict(matplotlib.rcParams)
    figures.save(figure(), io.BytesIO(), "svg")
    assert dict(matplotlib.rcParams) == before


def test_pictures_are_written_in_one_format_and_others_deleted(tmp_path):
    for format, name in (("svg", "a.svg"), ("200dpi", "a.png"), ("svg", "a.svg")):
        folder = RunFolder(tmp_path, ["a.png", "b.json"], overwrite=True, pictures=format)
        folder.write_figure("a.png", figure())
        assert [path.name for path in tmp_path.iterdir()] == [name]
        assert folder.written() == f"{name}, b.json"
        assert folder.written(["c.png"]) == name.replace("a", "c")
    folder.delete(["a.png"])
    assert not [*tmp_path.iterdir()]


def test_failed_picture_keeps_that_of_the_other_format(tmp_path):
    RunFolder(tmp_path, ["a.png"]).write_figure("a.png", figure())
    folder = RunFolder(tmp_path, ["a.png"], overwrite=True, pictures="svg")
    (tmp_path / "a.svg").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        folder.write_figure("a.png", figure())
    assert (tmp_path / "a.png").exists()


@pytest.mark.parametrize(("before", "now"), [("svg", "110dpi"), ("110dpi", "svg")])
def test_pictures_of_the_other_format_count_as_a_run(tmp_path, before, now):
    RunFolder(tmp_path, ["a.png"], pictures=before).write_figure("a.png", figure())
    with pytest.raises(InputError, match="already holds a run") as caught:
        RunFolder(tmp_path, ["a.png"], pictures=now)
    assert caught.value.topic == "folder holds a run"
