"""The certificate of a port: one self-contained HTML page without scripts."""

import html
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from tf_edureka.errors import printable
from tf_edureka.parity.certificate.drawing import bar, line_charts, number, share

if TYPE_CHECKING:
    from tf_edureka.parity.certificate.port_ladder import PortLadder, PortRung

_TEMPLATE = Path(__file__).with_name("page.html")
_MOST_ROWS = 24  # of a table of layers or variables
_BARS = (
    "Bars: measured difference divided by its tolerance, on a log scale from 0.001 to 1000. "
    "The line in the middle is the tolerance."
)
_KEYS = {
    "original": "original",
    "port": "port",
    "difference": "difference",
    "tolerance": "tolerance",
    "mark": "first beyond the tolerance",
}


def page(ladder: "PortLadder") -> str:
    """Returns the HTML page of a `ladder`."""
    content = "\n".join(
        [
            *_verdict(ladder),
            *_first_difference(ladder),
            *_rungs(ladder),
            *_later_failures(ladder),
            *_comparison_chart(ladder),
            *_reasons(ladder),
            *_mapping(ladder),
            *_run_facts(ladder),
        ]
    )
    title = _text(f"{ladder.port} and {ladder.script}: {_short_verdict(ladder)}")
    template = Template(_TEMPLATE.read_text(encoding="utf-8"))
    return template.substitute(title=title, content=content)


def _short_verdict(ladder: "PortLadder") -> str:
    if ladder.failing:
        return "another computation"
    return "the same computation" if ladder.passed else "not proved"


def _verdict(ladder: "PortLadder") -> Iterator[str]:
    kind = "fails" if ladder.failing else "holds" if ladder.passed else "skipped"
    yield f'<header class="verdict {kind}"><h1>{_text(ladder.verdict)}</h1>'
    old, new, trace = map(_code, (ladder.script, ladder.port, ladder.trace))
    training = f", {_text(ladder.training)}" if ladder.training else ""
    compared = f"The port {new} against {old}{training}, recorded in {trace}"
    yield f'<p class="quiet">{compared}</p></header>'


def _first_difference(ladder: "PortLadder") -> Iterator[str]:
    if not ladder.failing:
        return
    rung = ladder.failing[0]
    yield "<section><h2>The first rung that fails</h2>"
    yield f"<p>{_measured(rung)}</p>"
    yield from _causes(rung)
    yield from _charts(rung)
    yield "</section>"


def _measured(rung: "PortRung") -> str:
    measured, tolerance = (number(one) for one in (rung.measured, rung.tolerance))
    return (
        f'{_heading(rung)}. Measured: <span class="whole">{measured}</span> '
        f'{_text(rung.unit)}; allowed: <span class="whole">{tolerance}</span>.'
        + (f" {_text(_sentence(rung.float64))}" if rung.float64 else "")
    )


def _heading(rung: "PortRung") -> str:
    where = f" ({_text(rung.first)})" if rung.first else ""
    return f"<b>{_text(rung.rung)}</b>{where}: {_text(rung.compared)}"


def _causes(rung: "PortRung") -> Iterator[str]:
    rows = [(_text(one.cause), share(one.explains), _text(one.says)) for one in rung.causes]
    if rows:
        yield from _table(("cause", "explains", "description"), rows, numbers={1})
    else:
        yield '<p class="quiet">No known cause explains the difference.</p>'


def _charts(rung: "PortRung") -> Iterator[str]:
    if rung.labels:
        yield from _by_name(rung)
        return
    charts = line_charts(rung.series)
    if not charts:
        return
    yield '<div class="charts">'
    for caption, chart in charts:
        keys = "".join(
            f'<svg class="key" viewBox="0 0 28 12" aria-hidden="true">'
            f'<path class="{name}" d="M1 6H27"/></svg>{said}'
            for name, said in _KEYS.items()
            if f'class="{name}"' in chart
        )
        said = f"{caption[0].upper()}{caption[1:]}, by step"
        yield f"<figure>{chart}<figcaption>{said}"
        yield f'<span class="keys">{keys}</span></figcaption></figure>'
    yield "</div>"


def _by_name(rung: "PortRung") -> Iterator[str]:
    """A table of differences by layer or variable, around the first beyond its tolerance."""
    series = rung.series
    if not {"difference", "tolerance"} <= {*series}:
        return
    found = [*zip(rung.labels, series["difference"], series["tolerance"], strict=False)]
    beyond = (place for place, (_, gap, most) in enumerate(found) if not gap <= most)
    start = max(0, min(next(beyond, 0) - _MOST_ROWS // 2, len(found) - _MOST_ROWS))
    shown = found[start : start + _MOST_ROWS]
    rows = [
        (_code(label), number(gap), number(most), _outcome(gap, most)) for label, gap, most in shown
    ]
    left_out = len(found) - len(shown)
    more = f" {left_out} more rows are not shown." if left_out else ""
    head = ("name", "difference", "tolerance", "outcome")
    yield from _table(head, rows, numbers={1, 2}, caption=f"{_BARS}{more}", kind="many")


def _rungs(ladder: "PortLadder") -> Iterator[str]:
    rows = []
    for rung in ladder.rungs:
        if rung.measured is None or rung.tolerance is None:
            ended = '<span class="ended skipped">skipped</span>'
        else:
            ended = _outcome(rung.measured, rung.tolerance)
        name = f"{_text(rung.rung)}<small>{_text(rung.compared)}</small>"
        rows.append((name, number(rung.measured), number(rung.tolerance), _text(rung.unit), ended))
    head = ("rung", "measured", "tolerance", "unit", "outcome")
    yield "<section><h2>The ladder</h2>"
    yield from _table(head, rows, numbers={1, 2}, caption=_BARS)
    yield "</section>"


def _outcome(measured: float, tolerance: float) -> str:
    kind, word = ("holds", "holds") if measured <= tolerance else ("fails", "FAILS")
    return f'<div class="ended {kind}">{word}{bar(measured, tolerance)}</div>'


def _later_failures(ladder: "PortLadder") -> Iterator[str]:
    """The rungs that fail after the first one, with their causes."""
    if len(ladder.failing) > 1:
        yield "<section><h2>Other rungs that fail</h2>"
        for rung in ladder.failing[1:]:
            yield f"<p>{_measured(rung)}</p>"
            if rung.causes:
                yield from _causes(rung)
        yield "</section>"


def _comparison_chart(ladder: "PortLadder") -> Iterator[str]:
    """Draws the last rung that has series, if no rung fails."""
    if ladder.failing:
        return
    for rung in reversed(ladder.rungs):
        drawn = [*_charts(rung)]
        if drawn:
            yield f"<section><h2>Original and port compared</h2><p>{_heading(rung)}</p>"
            yield from drawn
            yield "</section>"
            return


def _reasons(ladder: "PortLadder") -> Iterator[str]:
    """Reasons for skipped rungs and for the tolerances, each reason once."""
    for skipped, title in ((True, "Skipped rungs"), (False, "Reasons for the tolerances")):
        named: dict[str, list[str]] = {}
        for rung in ladder.rungs:
            if (rung.passed is None) == skipped:
                named.setdefault(rung.why, []).append(rung.rung)
        if named:
            rows = [(", ".join(names), _sentence(why)) for why, names in named.items()]
            yield f"<section><h2>{title}</h2>{_list(rows)}</section>"


def _mapping(ladder: "PortLadder") -> Iterator[str]:
    if ladder.mapping:
        yield "<section><h2>Variables</h2>"
        rows = [(_code(old), _code(new), _text(how)) for old, new, how in ladder.mapping]
        yield from _table(("original", "port", "transformation"), rows)
        yield "</section>"


def _run_facts(ladder: "PortLadder") -> Iterator[str]:
    versions = ", ".join(f"{name} {version}" for name, version in ladder.versions.items())
    rows = [
        ("script", _code(ladder.script)),
        ("trace", _code(ladder.trace)),
        ("port", _code(ladder.port)),
        *((name, _text(one)) for name, one in ladder.ran.items()),
        ("versions", _text(versions)),
    ]
    yield f"<section><h2>What was compared</h2>{_list(rows)}</section>"
    if ladder.notes:
        items = "".join(f"<li>{_text(note)}</li>" for note in ladder.notes)
        yield f"<section><h2>Notes</h2><ul>{items}</ul></section>"
    yield "<footer>Written by <code>tf_edureka.parity</code>. The same content for programs is in "
    yield "<code>port.json</code>, in the same folder.</footer>"


def _table(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: frozenset[int] | set[int] = frozenset(),
    caption: str = "",
    kind: str = "few",
) -> Iterator[str]:
    """An HTML table; the first cell of each row is its heading."""
    kinds = [' class="number"' if place in numbers else "" for place in range(len(head))]
    yield f'<div class="wide"><table class="{kind}">'
    if caption:
        yield f"<caption>{caption}</caption>"
    named = zip(kinds, head, strict=True)
    cells = (f'<th scope="col"{one}>{name}</th>' for one, name in named)
    yield f"<thead><tr>{''.join(cells)}</tr></thead><tbody>"
    for first, *others in rows:
        cells = (f"<td{one}>{cell}</td>" for one, cell in zip(kinds[1:], others, strict=True))
        yield f'<tr><th scope="row">{first}</th>{"".join(cells)}</tr>'
    yield "</tbody></table></div>"


def _list(rows: Iterable[tuple[str, str]]) -> str:
    """An HTML list of names (plain text), each with its description (HTML)."""
    return "<dl>" + "".join(f"<dt>{_text(a)}</dt><dd>{b}</dd>" for a, b in rows) + "</dl>"


def _text(text: str) -> str:
    """Escapes untrusted text for HTML."""
    return html.escape(printable(text))


def _code(text: str) -> str:
    return f"<code>{_text(text)}</code>"


def _sentence(text: str) -> str:
    return _text(text[:1].upper() + text[1:])
