import io

import pytest
from rich.console import Console

from tf_edureka.errors import printable
from tf_edureka.runs import console

DEVICE = "[/job:localhost/replica:0/task:0/device:GPU:0]"
SHAPE = "expected [batch, units] shape :cat:"


def test_markup_and_emoji_codes_are_printed_literally_in_a_table():
    file = io.StringIO()
    table = console.table(("check [a]", "measured"), [(SHAPE, DEVICE)])
    Console(file=file, width=200).print(table)
    assert all(text in file.getvalue() for text in ("check [a]", SHAPE, DEVICE))


@pytest.mark.parametrize("text", [DEVICE, SHAPE, "runs/:cat:/[bold]x"])
def test_line_is_printed_literally(capsys, text):
    display = console.EpochDisplay(1)
    display.line(text)
    display.table(("head",), [(text,)])
    assert capsys.readouterr().out.count(text) == 2


def test_bar_label_is_printed_literally(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # makes Rich treat any output as a terminal
    monkeypatch.setenv("COLUMNS", "200")
    with console.EpochDisplay(2) as display:
        display.epoch_ended(task=DEVICE)
    assert DEVICE in capsys.readouterr().out


HOSTILE = "runs/\x1b[31m\u202egnp.\x85\ud800"


def test_control_characters_are_printed_as_escapes(capsys):
    display = console.EpochDisplay(1)
    display.line(f"Written to {HOSTILE}\nand on")
    display.table(("head",), [(HOSTILE,)])
    out = capsys.readouterr().out
    assert out.count(r"runs/\x1b[31m\u202egnp.\x85\ud800") == 2
    assert all(line.isprintable() for line in out.splitlines())
    assert out.splitlines()[1] == "and on"


def test_characters_outside_the_encoding_are_printed_as_escapes():
    assert printable("runs/\u00e9\n", "ascii") == r"runs/\xe9\n"
    assert printable("runs/\u00e9 x") == "runs/\u00e9 x"


def test_terminal_with_zero_columns_is_printed_to(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "0")
    with console.EpochDisplay(1) as display:
        display.line("Epoch: 0001")
    assert capsys.readouterr().out == "Epoch: 0001\n"
