"""Shows two programs side by side, step by step."""

import html
import re
from itertools import zip_longest

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from pygments.style import Style
from pygments.token import Comment, Keyword, Number, Operator, String

from tf_edureka.cells.steps import pair_steps, split_steps

_NOTHING = "nothing"
# White on dark pages as well. The styles override each of Jupyter's rules for tables explicitly:
# from an untrusted notebook JupyterLab removes values that it does not know, such as `inherit`.
_COLOURS = "background:#fff;color:#1a1a1a"
_SCROLLS = f"{_COLOURS};overflow-x:auto"
_TABLE = f"{_COLOURS};table-layout:auto;border-collapse:collapse;margin:0;font-size:13px"
_ROW, _FIRST = _COLOURS, f"{_COLOURS};border-top:1px solid #bbb"
_CELL = "text-align:left;vertical-align:top;padding:1px 12px;white-space:normal;max-width:none"
_HEADING = f"{_CELL};{_COLOURS};white-space:nowrap"
_TITLE = f"{_CELL};{_COLOURS};min-width:6em;max-width:9em"
_NONE = "color:#595959;font-style:italic"
# A line that is too long for its column wraps with an indent.
_CODE = (
    f"{_COLOURS};margin:0;padding:0 0 0 3em;text-indent:-3em;border:0;white-space:pre-wrap;"
    "word-break:normal;overflow-wrap:anywhere;overflow:visible;tab-size:4;"
    "font:11px/1.4 Menlo,Consolas,'DejaVu Sans Mono',monospace"
)
# A long line may wrap after a bracket, dot or comma that is outside of HTML tags.
_BREAKS = re.compile(r"([(\[.,])(?![^<]*>)")


class _Colours(Style):
    """Blue and brown, safe for colour-blind readers; bold and italic also differ in grey."""

    styles = {
        Comment: "italic #595959",
        Keyword: "bold #00429d",
        Operator.Word: "bold #00429d",
        String: "#8a4300",
        Number: "#8a4300",
    }


class SideBySide:
    """Result of `beside`: shown as a table in a notebook and as two text columns elsewhere.

    Args:
        old: text of the first Python program.
        new: text of the second Python program.
        titles: headings of the two columns.
    """

    def __init__(self, old: str, new: str, titles: tuple[str, str]) -> None:
        self._programs, self._titles = [_lines(old), _lines(new)], titles
        self._rows = [*pair_steps(*map(split_steps, self._programs))]

    def __repr__(self) -> str:
        pairs: list[tuple[str, ...]] = [self._titles]
        for title, *places in self._rows:
            pairs += [(f"# {title}", "")] if title else []
            shown = [
                [f"({_NOTHING})"] if place is None else lines[place]
                for lines, place in zip(self._programs, places, strict=True)
            ]
            pairs += zip_longest(*shown, fillvalue="")
        width = max(len(old) for old, _ in pairs)
        return "\n".join(f"{old:<{width}} | {new}" if new else old for old, new in pairs)

    def _repr_html_(self) -> str:
        programs = [*map(_highlighted, self._programs)]
        titles = "".join(
            f'<th scope="col" style="{_HEADING}">{html.escape(title)}</th>'
            for title in self._titles
        )
        rows = [f'<tr style="{_ROW}"><td style="{_TITLE}"></td>{titles}</tr>']
        for title, *places in self._rows:
            height = max(place.stop - place.start for place in places if place) or 1
            columns = [_column(*one, height) for one in zip(programs, places, strict=True)]
            named = (
                f'<th scope="rowgroup" rowspan="{height}" style="{_TITLE}">'
                f"{html.escape(title)}</th>"
            )
            for n, cells in enumerate(zip(*columns, strict=True)):
                first = (_FIRST, named) if n == 0 else (_ROW, "")
                rows.append(f'<tr style="{first[0]}">{first[1]}{"".join(cells)}</tr>')
        table = f'<table style="{_TABLE}"><tbody>{"".join(rows)}</tbody></table>'
        return f'<div style="{_SCROLLS}">{table}</div>'


def beside(
    old: str, new: str, *, titles: tuple[str, str] = ("TensorFlow 1", "TensorFlow 2")
) -> SideBySide:
    r"""Shows two programs side by side, with steps of the same title in one row.

    A comment line of the form `# title` starts a step. The steps keep the order of `old`; a step
    that only `new` has follows its predecessor in `new`.

    Args:
        old: text of the first Python program.
        new: text of the second Python program.
        titles: headings of the two columns.

    Returns:
        an object that a notebook shows as a table and `print` as two columns of text.

    Example:
        >>> from tf_edureka.cells import beside
        >>> beside("# Input\nx = tf.placeholder()", "# Input\nx = tf.Variable(0.0)")
        TensorFlow 1         | TensorFlow 2
        # Input
        x = tf.placeholder() | x = tf.Variable(0.0)
    """
    return SideBySide(old, new, titles)


def _column(lines: list[str], place: slice | None, height: int) -> list[str]:
    """Returns `height` HTML cells with the lines at `place`; one tall cell if it is None."""
    if place is None:
        nothing = f'<td rowspan="{height}" style="{_CELL};{_NONE}">{_NOTHING}</td>'
        return [nothing, *[""] * (height - 1)]
    code = [f'<pre style="{_CODE}">{line}</pre>' for line in lines[place]]
    code += [""] * (height - len(code))
    return [f'<td style="{_CELL}">{line}</td>' for line in code]


def _lines(program: str) -> list[str]:
    return program.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _highlighted(lines: list[str]) -> list[str]:
    """Returns the lines as HTML; each line is complete in itself."""
    lexer = PythonLexer(stripnl=False, ensurenl=False)
    formatter = HtmlFormatter(nowrap=True, noclasses=True, style=_Colours)
    made = highlight("\n".join(lines), lexer, formatter)
    return _BREAKS.sub(r"\1<wbr>", made).split("\n")
