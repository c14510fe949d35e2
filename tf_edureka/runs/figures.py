"""Figures as files: PNG, or SVG whose bytes are the same each time."""

import os
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# What a figure can be written as.
FORMATS = ("110dpi", "200dpi", "svg")
_DPI = {"110dpi": 110, "200dpi": 200, "svg": 200}  # of the images within an SVG


def save(
    figure: "Figure", file: str | os.PathLike[str] | IO[bytes], format: str = FORMATS[0]
) -> None:
    """Writes a figure.

    Args:
        figure: to write.
        file: its path, or a file opened for bytes.
        format: of `FORMATS`: a PNG of so many dots per inch, or an SVG, whose letters are outlines,
            so that it needs no font.

    Raises:
        OSError: when the file cannot be written.
    """
    import matplotlib as mpl

    is_svg = format == "svg"
    # Without these an SVG has a date and random names in it.
    with mpl.rc_context({"svg.hashsalt": "tf_edureka", "svg.fonttype": "path"}):
        figure.savefig(
            file,
            format="svg" if is_svg else "png",
            dpi=_DPI[format],
            metadata={"Date": None} if is_svg else None,
        )


def name_in(format: str, name: str) -> str:
    """What the picture whose PNG is called `name` is called in a `format`; other names stay."""
    png, *svg = in_any_format(name)
    return svg[0] if svg and format == "svg" else png


def in_any_format(name: str) -> list[str]:
    """What the picture whose PNG is called `name` may be called; of another file its name."""
    return [name, f"{name[:-4]}.svg"] if name.endswith(".png") else [name]
