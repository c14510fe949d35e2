"""Saves figures as PNG, or as SVG with reproducible bytes."""

import os
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# The formats of a figure: PNG with that many dots per inch, or SVG.
FORMATS = ("110dpi", "200dpi", "svg")
_DPI = {"110dpi": 110, "200dpi": 200, "svg": 200}  # for SVG: of the images within it


def save(
    figure: "Figure", file: str | os.PathLike[str] | IO[bytes], format: str = FORMATS[0]
) -> None:
    """Writes a figure.

    Args:
        figure: figure to write.
        file: path, or a file opened in binary mode.
        format: one of `FORMATS`: PNG with that many dots per inch, or SVG with letters as outlines,
            which needs no fonts.

    Raises:
        OSError: if the file cannot be written.
    """
    import matplotlib as mpl

    is_svg = format == "svg"
    # Without these settings an SVG contains a date and random ids.
    with mpl.rc_context({"svg.hashsalt": "tf_edureka", "svg.fonttype": "path"}):
        figure.savefig(
            file,
            format="svg" if is_svg else "png",
            dpi=_DPI[format],
            metadata={"Date": None} if is_svg else None,
        )


def name_in(format: str, name: str) -> str:
    """Returns the file name in `format` of a picture with the PNG `name`; other names stay."""
    png, *svg = in_any_format(name)
    return svg[0] if svg and format == "svg" else png


def in_any_format(name: str) -> list[str]:
    """Returns all possible file names of a picture with the PNG `name`; else just `name`."""
    return [name, f"{name[:-4]}.svg"] if name.endswith(".png") else [name]
