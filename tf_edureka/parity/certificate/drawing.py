"""Numbers as text and charts as SVG, for the certificate."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_WIDTH, _HEIGHT = 460, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 448, 10, 196  # edges of the plotting area, in pixels
_SIDES = ("original", "port")
_MOST = 600  # points per line; more cannot be distinguished
_DECADES = 3  # shown by a bar on either side of the tolerance


def number(value: float | None, digits: int = 2) -> str:
    """Returns a `value` with that many significant `digits`, such as `3.1e-7`; empty for None."""
    if value is None:
        return ""
    if math.isnan(value):
        return "NaN"
    if math.isfinite(value) and value == round(value) and abs(value) < 1e6:
        return str(round(value))
    mantissa, e, exponent = f"{value:.{digits}g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if e else mantissa


def share(value: float) -> str:
    """Returns a share, a `value` in [0, 1], in percent; a question mark for NaN."""
    return f"{100 * value:.3g}%" if math.isfinite(value) else "?"


def bar(measured: float, tolerance: float) -> str:
    """Draws the ratio of a difference to its tolerance as a bar on a log scale.

    Args:
        measured: measured difference.
        tolerance: largest difference that is allowed, marked by the line in the middle.

    Returns:
        an `svg` element of class `bar`.
    """
    holds = measured <= tolerance
    if measured == 0:
        times, filled = 0.0, 0.0
    elif tolerance > 0 and math.isfinite(measured):
        times = measured / tolerance
        filled = min(max(math.log10(times) / _DECADES, -0.97), 1) / 2 + 0.5
    else:
        times, filled = (0.0, 0.5) if holds else (math.inf, 1.0)
    says = (
        f"{number(times)} times the tolerance" if math.isfinite(times) else "beyond any tolerance"
    )
    return (
        f'<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" '
        f'aria-label="{says}"><rect class="track" width="100" height="10"/>'
        f'<rect class="{"holds" if holds else "fails"}" y="1" width="{100 * filled:.1f}" '
        f'height="8"/><path class="limit" d="M50 0V10"/></svg>'
    )


def line_charts(series: Mapping[str, Sequence[float]]) -> list[tuple[str, str]]:
    """Draws original and port over their steps, and their difference.

    Args:
        series: numbers to draw, by name, from `PortRung.series`.

    Returns:
        pairs of a caption and an `svg` element of class `chart`; empty if nothing can be drawn.
    """
    length = min(map(len, series.values()), default=0)
    known = {name: np.asarray(values[:length], np.float64) for name, values in series.items()}
    sides: dict[str, Floats] = {name: known[name] for name in _SIDES if name in known}
    if len(sides) == 2 and "difference" not in known:
        known["difference"] = np.abs(sides["original"] - sides["port"])
    if "difference" not in known:
        return []
    sides = {name: _clipped(values, sides["original"]) for name, values in sides.items()}
    gap = known["difference"]
    tolerance = known.get("tolerance", np.full(len(gap), np.inf))
    x = known.get("x", np.arange(len(gap), dtype=np.float64))
    beyond = np.flatnonzero(~(gap <= tolerance)) if "tolerance" in known else np.arange(0)
    first = int(beyond[0]) if len(beyond) else None
    kept = _thinned(gap, first)
    mark = None if first is None else float(x[first])
    charts = []
    if len(sides) == 2:
        band = (sides["original"], tolerance) if "tolerance" in known else None
        charts.append(("original and port", _chart(x, sides, kept, mark=mark, band=band)))
    lines = {"difference": gap}
    if "tolerance" in known:
        lines["tolerance"] = tolerance
    charts.append(("difference", _chart(x, lines, kept, mark=mark, log=True)))
    return [one for one in charts if one[1]]


def _clipped(values: Floats, original: Floats) -> Floats:
    """The values, limited to a range in which the original's curve is not flat."""
    seen = original[np.isfinite(original)]
    if not len(seen):
        return values
    room = seen.max() - seen.min() or abs(seen.max()) or 1.0
    return np.clip(values, seen.min() - room, seen.max() + room)


def _thinned(gap: Floats, first: int | None) -> npt.NDArray[np.intp]:
    """Indices of the points to draw: all, or the largest difference in each of 600 intervals."""
    if len(gap) <= _MOST:
        return np.arange(len(gap))
    worst = np.where(np.isnan(gap), np.inf, gap)
    stretches = np.array_split(np.arange(len(gap)), _MOST)
    kept = {0, len(gap) - 1, *(int(one[worst[one].argmax()]) for one in stretches)}
    return np.array(sorted(kept | ({first} if first is not None else set())))


@dataclass(frozen=True)
class _Axis:
    """Places values from `low` to `high` between the pixels `start` and `end`."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def place(self, value: float) -> float:
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log10(low), math.log10(high), math.log10(max(value, low))
        at = (min(max(value, low), high) - low) / (high - low)
        return self.start + at * (self.end - self.start)

    def ticks(self) -> list[float]:
        if self.log:
            first, last = round(math.log10(self.low)), round(math.log10(self.high))
            return [10.0**one for one in range(first, last + 1, 1 + (last - first) // 6)]
        raw = (self.high - self.low) / 5
        unit = 10.0 ** math.floor(math.log10(raw))
        step = next(unit * one for one in (1, 2, 5, 10) if unit * one >= raw * 0.999)
        count = math.floor(self.high / step + 1e-9)
        return [step * one for one in range(math.ceil(self.low / step - 1e-9), count + 1)]


def _axis(values: Floats, start: float, end: float, *, log: bool = False) -> _Axis | None:
    """An axis for all finite values, with `log` all positive ones; None without any."""
    values = values[np.isfinite(values) & ((values > 0) if log else True)]
    if not len(values):
        return None
    low, high = float(values.min()), float(values.max())
    if log:
        # One decade more at the bottom, where zeros are drawn.
        below = max(math.floor(math.log10(low)) - 1, -300)
        above = min(math.ceil(math.log10(high)), 300)
        return _Axis(10.0**below, 10.0 ** max(above, below + 2), start, end, log=True)
    if high == low:
        low, high = low - (abs(low) or 1) / 10, high + (abs(high) or 1) / 10
    return _Axis(low, high, start, end)


def _chart(
    x: Floats,
    lines: Mapping[str, Floats],
    kept: npt.NDArray[np.intp],
    *,
    mark: float | None,
    band: tuple[Floats, Floats] | None = None,
    log: bool = False,
) -> str:
    """Draws `lines` over `x`, one CSS class each; empty if no value can be drawn."""
    across = _axis(x, _LEFT, _RIGHT)
    up = _axis(np.concatenate([*lines.values()]), _BOTTOM, _TOP, log=log)
    if across is None or up is None:
        return ""
    parts = [*_grid(across, up)]
    if band is not None:
        center, half = band[0][kept], band[1][kept]
        there = np.isfinite(center) & np.isfinite(half)
        edge = [*zip(x[kept][there], (center + half)[there], strict=True)]
        edge += [*zip(x[kept][there], (center - half)[there], strict=True)][::-1]
        points = " ".join(f"{across.place(a):.1f},{up.place(b):.1f}" for a, b in edge)
        parts.append(f'<polygon class="band" points="{points}"/>')
    for name, values in lines.items():
        parts.append(f'<path class="{name}" d="{_path(across, up, x[kept], values[kept])}"/>')
    if mark is not None:
        at = across.place(mark)
        parts.append(f'<path class="mark" d="M{at:.1f} {_TOP}V{_BOTTOM}"/>')
    says = "; ".join(f"{name} {_range_text(values)}" for name, values in lines.items())
    beyond = "" if mark is None else f"; first beyond the tolerance at {number(mark)}"
    head = f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
    return f'{head}aria-label="{says}{beyond}">{"".join(parts)}</svg>'


def _grid(across: _Axis, up: _Axis) -> Iterator[str]:
    for value in up.ticks():
        at = up.place(value)
        text = "0" if up.log and value == up.low else number(value, 4)
        yield f'<path class="grid" d="M{_LEFT} {at:.1f}H{_RIGHT}"/>'
        yield f'<text x="{_LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{text}</text>'
    for value in filter(float.is_integer, across.ticks()):  # steps
        at, label = across.place(value), number(value, 4)
        yield f'<path class="grid" d="M{at:.1f} {_BOTTOM}v4"/>'
        yield f'<text x="{at:.1f}" y="{_BOTTOM + 18}" text-anchor="middle">{label}</text>'


def _path(across: _Axis, up: _Axis, x: Floats, y: Floats) -> str:
    """An SVG path through all points, with gaps where a value is not finite."""
    path, drawing = [], False
    for a, b in zip(x, y, strict=True):
        if not np.isfinite(b):
            drawing = False
            continue
        path.append(f"{'L' if drawing else 'M'}{across.place(a):.1f} {up.place(b):.1f}")
        if not drawing:
            path.append("h.01")  # makes a single point visible
        drawing = True
    return "".join(path)


def _range_text(values: Floats) -> str:
    return f"from {number(float(values[0]))} to {number(float(values[-1]))}"
