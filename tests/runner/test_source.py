"""Compares which sources the runner accepts or rejects, and its errors, with Python."""

import os
import random
import subprocess
import sys
import threading
import types
from pathlib import Path

import pytest

import tf_edureka
from tf_edureka.errors import InputError
from tf_edureka.runner import source

LATIN_1 = "print(ascii('café'))\n".encode("latin-1")
UTF_8 = "print(ascii('café'))\n".encode()
BOM = b"\xef\xbb\xbf"
SOURCES = {
    "empty": b"",
    "without a last line end": b"print(1)",
    "line ends of Windows": b"print(1)\r\nprint(2)\r\n",
    "Latin 1, declared": b"# coding: latin-1\n" + LATIN_1,
    "Windows 1252, declared in line 2": b"#!/usr/bin/python\n# coding: cp1252\n" + LATIN_1,
    "Shift JIS, declared": "# coding: shift_jis\nprint(ascii('表'))\n".encode("shift_jis"),
    "Latin 1": LATIN_1,
    "Latin 1 in a comment": b"print(1)\n# caf\xe9\n",
    "Latin 1 far below an error": b"x = = 1\n" * 3 + b"print(1)\n" * 2000 + b"# caf\xe9\n",
    "Latin 1, declared as ASCII": b"# coding: ascii\n" + LATIN_1,
    "Latin 1, declared as UTF-8": b"# coding: utf-8\n" + LATIN_1,
    "BOM": BOM + UTF_8,
    "BOM, and declared": BOM + b"# coding: utf-8\n" + UTF_8,
    "BOM, and another declared": BOM + b"# coding: latin-1\n" + UTF_8,
    "unknown encoding": b"\n# coding: mine\nprint(1)\n",
    "codec that is not a text encoding": b"# coding: rot13\ncevag(1)\n",
    "encoding name that is not ASCII": b"# coding: \xe9\nprint(1)\n",
    "UTF-7, declared": b"# coding: utf-7\nprint(ascii('+AOk-'))\n",
    "UTF-16": "print(1)\n".encode("utf-16"),
    "UTF-16 without BOM": "1\n".encode("utf-16-le"),
    "UTF-16, declared": b"# coding: utf-16\nprint(1)\n",
    "half of a surrogate pair": b"x = '\xed\xa0\x80'\n",
    "a zero byte": b"print(1)\n# \0\nprint(2)\n",
    "only a zero byte": b"\0",
    "sum of 100,000": b"x = " + b"1+" * 100_000 + b"1\n",
    "10,000 parentheses": b"x = " + b"(" * 10_000 + b")" * 10_000 + b"\n",
    "10,000 lambdas": b"x = " + b"lambda: " * 10_000 + b"1\n",
    "100,000 calls": b"x = a" + b"()" * 100_000 + b"\n",
    "120 ifs": b"".join(b" " * depth + b"if 1:\n" for depth in range(120)),
    "a break without a loop": b"print(1)\nbreak\n",
}


def as_python(path, capfd):
    """Returns exit code, output and errors of a script under Python without site-packages."""
    code = subprocess.run([sys.executable, "-S", path]).returncode
    return code, *capfd.readouterr()


def as_the_runner(path, capfd):
    """Returns exit code, output and errors of a script that the runner has read."""
    try:
        script = source.read(str(path))
        exec(script.code, {**script.names})
        code = 0
    except SystemExit as end:
        code = end.code
    return code, *capfd.readouterr()


@pytest.mark.parametrize("text", SOURCES.values(), ids=SOURCES)
def test_sources_are_accepted_or_rejected_as_by_python(text, tmp_path, capfd):
    path = tmp_path / "script.py"
    path.write_bytes(text)
    assert as_the_runner(path, capfd) == as_python(path, capfd)


ENCODINGS = ["utf-8", "latin-1", "ascii", "cp1252", "utf-16", "big5", "koi8-r", "rot13", "mine", ""]
LINES = [
    *("x = = 1", "x = 'é'", "if 1:", "  y = (1,", "\tz = []", "# ü", "'''a"),
    *("def f(x): pass", "\x0c", "\\", "\0"),
]


def mutated(number):
    """Returns a mutated script; if it is valid Python it exits with code 99 first."""
    draw = random.Random(number)
    encoding = draw.choice(ENCODINGS)
    declared = draw.choice(["", "#!python\n", BOM.decode()]) + (
        f"# {draw.choice(['-*- coding:', 'vim: set fileencoding=', 'coding'])} {encoding}\n"
    )
    written = draw.choice(["utf-8", "latin-1", "cp1252", "utf-16-le", "utf-8", "utf-8"])
    rest = "\n".join(draw.choices(LINES, k=draw.randrange(6)))
    text = bytearray(f"{declared}raise SystemExit(99)\n{rest}".encode(written, "replace"))
    for _ in range(draw.choice([0, 0, 1, 3])):
        text[draw.randrange(len(text))] = draw.randrange(256)
    return bytes(text)


def told(code, out, said):
    """Removes the source line, which Python 3.10 shows inconsistently for the same source."""
    return code, out, said.splitlines()[:1], said.splitlines()[-1:]


@pytest.mark.slow
def test_mutated_sources_are_accepted_or_rejected_as_by_python(tmp_path, capfd):
    path = tmp_path / "script.py"
    codes = set()
    for number in range(300):
        path.write_bytes(mutated(number))
        python = as_python(path, capfd)
        if "TabError" in python[-1]:  # for which the runner has its own message
            continue
        if "Traceback" in python[-1]:  # it ran; the runner hides its own frames
            continue
        assert told(*as_the_runner(path, capfd)) == told(*python), path.read_bytes()
        codes.add(python[0])
    assert codes >= {1, 99}


def test_endless_script_is_rejected(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "MAX_BYTES", 10)
    path = tmp_path / "script.py"
    path.write_text("x = 12345\n")
    assert source.read(str(path)).source == b"x = 12345\n"
    path.write_text("x = 123456\n")
    with pytest.raises(InputError, match="script of at most 10 bytes, got a longer one"):
        source.read(str(path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_named_pipe_is_read_once_and_tracebacks_do_not_block(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = b"# coding: latin-1\n" + LATIN_1
    writer = threading.Thread(target=pipe.write_bytes, args=[text])
    writer.start()
    script = source.read(str(pipe))
    writer.join()
    assert script.source == text
    assert "caf\xe9" in script.code.co_consts
    assert not os.path.exists(script.code.co_filename)


def test_folder_runs_its_main_or_gives_pythons_error(tmp_path, capfd):
    assert as_the_runner(tmp_path, capfd) == as_python(tmp_path, capfd)
    (tmp_path / "__main__.py").write_text("print(__name__, __file__, repr(__package__))")
    assert as_the_runner(tmp_path, capfd) == as_python(tmp_path, capfd)


def test_installed_files_below_the_script_are_not_its_own():
    def script(name):
        code, module = compile("", "", "exec"), types.ModuleType("")
        return source.Script(name, "", (os.path.dirname(name),), b"", code, module)

    is_own = script("/home/me/script.py").owns
    assert is_own("/home/me/script.py")
    assert is_own("/home/me/net/layers.py")
    assert not is_own("/home/me/.venv/lib/python3.11/site-packages/tf_slim/layers.py")
    assert not is_own("/home/me/net/layers.so")
    assert script("/home/me/program").owns("/home/me/program")
    assert not is_own("/home/melanie/script.py")
    package = Path(tf_edureka.__file__).parent
    for file in ("runner/modules.py", "legacy/__main__.py", "cli/run.py"):
        assert not script(str(package.parent / "script.py")).owns(str(package / file))
