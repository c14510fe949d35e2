"""Names of Pillow 6 and earlier. A repository after a name is one that uses it."""

from typing import Any

from tf_edureka.runner.removed_apis.hook import add, rename
from tf_edureka.runner.shims.registered import after


@after("PIL.Image")
def _image(module: Any) -> None:
    """Removed in 10: openai/glow."""
    rename(module, ANTIALIAS="LANCZOS", CUBIC="BICUBIC", LINEAR="BILINEAR")


@after("PIL.ImageDraw")
def _draw(module: Any) -> None:
    """Removed in 10: `textbbox`, its successor, also returns the upper left corner."""

    def textsize(self: Any, text: str, font: Any = None, **named: Any) -> tuple[int, int]:
        box = self.textbbox((0, 0), text, font, **named)
        return round(box[2]), round(box[3])

    add(module.ImageDraw, textsize=textsize)


@after("PIL.ImageFont")
def _font(module: Any) -> None:
    """Removed in 10."""

    def getsize(self: Any, text: str, **named: Any) -> tuple[int, int]:
        box = self.getbbox(text, **named)
        return round(box[2]), round(box[3])

    add(module.FreeTypeFont, getsize=getsize)
    add(module.ImageFont, getsize=getsize)
