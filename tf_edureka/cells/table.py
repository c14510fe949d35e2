"""Two programs beside each other, step by step."""

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
# White on a dark page, too. Jupyter's own rules for tables are overruled, each where it applies:
# what JupyterLab does not know, as `inherit`, it takes out of a notebook that it does not trust.
_COLOURS = "background:#fff;color:#1a1a1a"
_SCROLLS = f"{_COLOURS};overflow-x:auto"
_TABLE = f"{_COLOURS};table-layout:auto;border-collapse:collapse;margin:0;font-size:13px"
_ROW, _FIRST = _COLOURS, f"{_COLOURS};border-top:1px solid #bbb"
_CELL = "text-align:left;vertical-align:top;padding:1px 12px;white-space:normal;max-width:none"
_TITLE = f"{_CELL};{_COLOURS};white-space:nowrap"
_WORDS = f"{_CELL};{_COLOURS};min-width:6em;max-width:9em"
_NONE = "color:#595959;font-style:italic"
# Where a line is too long for its column it goes on below, further in.
_CODE = (
    f"{_COLOURS};margin:0;padding:0 0 0 3em;text-indent:-3em;border:0;white-space:pre-wrap;"
    "word-break:normal;overflow-wrap:anywhere;overflow:visible;tab-size:4;"
    "font:11px/1.4 Menlo,Consolas,'DejaVu Sans Mono',monospace"
)
# After what a long line may go on below: a bracket, a dot or a comma that is not within a tag.
_BREAKS = re.compile(r"([(\[.,])(?![^<]*>)")


class _Colours(Style):
    """Blue and brown, which all eyes tell apart; in grey, what is bold or slanted still differs."""

    styles = {
        Comment: "italic #595959",
        Keyword: "bold #00429d",
        Operator.Word: "bold #00429d",
        String: "#8a4300",
        Number: "#8a4300",
    }


class SideBySide:
    """What `beside` gives: a notebook shows it as a table, all else as two columns of text.

    Args:
        old: text of a program in Python.
        new: text of another.
        titles: headings of the two columns.
    """

    def __init__(self, old: str, new: str, titles: tuple[str, str]) -> None:
        self._programs, self._titles = [_lines(old), _lines(new)], titles
        self._rows = [*pair_steps(*map(split_steps, self._programs))]

    def __repr__(self) -> str:
        pairs: list[tuple[str, ...]] = [self._titles]
        for words, *places in self._rows:
            pairs += [(f"# {words}", "")] if words else []
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
            f'<th scope="col" style="{_TITLE}">{html.escape(title)}</th>' for title in self._titles
        )
        rows = [f'<tr style="{_ROW}"><td style="{_WORDS}"></td>{titles}</tr>']
        for words, *places in self._rows:
            height = max(place.stop - place.start for place in places if place) or 1
            columns = [_column(*one, height) for one in zip(programs, places, strict=True)]
            named = (
                f'<th scope="rowgroup" rowspan="{height}" style="{_WORDS}">'
                f"{html.escape(words)}</th>"
            )
            for n, cells in enumerate(zip(*columns, strict=True)):
                first = (_FIRST, named) if n == 0 else (_ROW, "")
                rows.append(f'<tr style="{first[0]}">{first[1]}{"".join(cells)}</tr>')
        table = f'<table style="{_TABLE}"><tbody>{"".join(rows)}</tbody></table>'
        return f'<div style="{_SCROLLS}">{table}</div>'


def beside(
    old: str, new: str, *, titles: tuple[str, str] = ("TensorFlow 1", "TensorFlow 2")
) -> SideBySide:
    """Puts two programs beside each other, in full, with steps of the same words in line.

    A comment line of the form `# words` begins a step. The order is the old program's; steps that
    only the new one has come after the one that precedes them there.

    Args:
        old: text of a program in Python.
        new: text of another.
        titles: headings of the two columns.

    Returns:
        what a notebook shows as a table, and `print` as two columns.
    """
    return SideBySide(old, new, titles)


def _column(lines: list[str], place: slice | None, height: int) -> list[str]:
    """The cells, `height` of them, with those of the lines, in HTML, that are at `place`."""
    if place is None:
        nothing = f'<td rowspan="{height}" style="{_CELL};{_NONE}">{_NOTHING}</td>'
        return [nothing, *[""] * (height - 1)]
    code = [f'<pre style="{_CODE}">{line}</pre>' for line in lines[place]]
    code += [""] * (height - len(code))
    return [f'<td style="{_CELL}">{line}</td>' for line in code]


def _lines(program: str) -> list[str]:
    return program.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _highlighted(lines: list[str]) -> list[str]:
    """The lines in HTML, each whole in itself."""
    lexer = PythonLexer(stripnl=False, ensurenl=False)
    formatter = HtmlFormatter(nowrap=True, noclasses=True, style=_Colours)
    made = highlight("\n".join(lines), lexer, formatter)
    return _BREAKS.sub(r"\1<wbr>", made).split("\n")
