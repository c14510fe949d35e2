import io

import pytest
from rich.console import Console

from tf_edureka.runs import console

DEVICE = "[/job:localhost/replica:0/task:0/device:GPU:0]"
SHAPE = "expected [batch, units] shape :cat:"


def test_what_looks_like_markup_or_an_emoji_stands_in_a_table_as_it_is():
    file = io.StringIO()
    table = console.table(("check [a]", "measured"), [(SHAPE, DEVICE)])
    Console(file=file, width=200).print(table)
    assert all(text in file.getvalue() for text in ("check [a]", SHAPE, DEVICE))


@pytest.mark.parametrize("text", [DEVICE, SHAPE, "runs/:cat:/[bold]x"])
def test_a_line_of_a_run_is_printed_as_it_is(capsys, text):
    display = console.EpochDisplay(1)
    display.line(text)
    display.table(("head",), [(text,)])
    assert capsys.readouterr().out.count(text) == 2


def test_the_bar_names_what_is_done_as_it_is(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # Rich takes any output for a terminal then
    monkeypatch.setenv("COLUMNS", "200")
    with console.EpochDisplay(2) as display:
        display.epoch_ended(task=DEVICE)
    assert DEVICE in capsys.readouterr().out
