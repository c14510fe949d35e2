"""Python 2 code is rejected with one line that says so."""

import collections

import pytest

from tf_edureka.runner import python2, source

CONVERT = "to convert it: pip install fissix, then python -m fissix -w FILE"
SOURCES = {
    "print 'x'": "print without parentheses",
    "if x:\n    print x, y": "print without parentheses",
    "exec 'x' in d": "exec without parentheses",
    "try:\n    pass\nexcept E, e:\n    pass": "except E, e",
    "x = 0777": "0777 instead of 0o777",
    "x = `y`": "`x` instead of repr(x)",
    "if x <> y: pass": "<> instead of !=",
    "raise ValueError, 'bad'": 'raise E, "x"',
    "x = ur'y'": 'ur"x"',
    "x = 10L": "10L instead of 10",
    "x = 0xFFL": "10L instead of 10",
    "def f(x, (y, z)): pass": "a tuple as parameter",
    "f = lambda (x, y): x": "a tuple as parameter",
    "if 1:\n\tx = 1\n        y = 2": "tabs mixed with spaces",
}
USES = {
    "xrange(3)": "xrange instead of range",
    "unicode('x')": "unicode instead of str",
    "{}.has_key(1)": ".has_key()",
    "collections.Counter().iteritems()": ".iteritems()",
    "iter([]).next()": ".next()",
    "'x'.decode('utf-8')": ".decode()",
    "{}.keys()[0]": "dict_keys used as a list",
    "len(map(str, []))": "map used as a list",
    "zip([])[0]": "zip used as a list",
    "exec('import sys; sys.maxint')": "sys.maxint",
    "exec('import string; string.letters')": "string.letters",
    "exec('import urllib; urllib.urlopen')": "urllib.urlopen",
    "exec('from itertools import izip')": "itertools.izip",
    "exec('import cPickle')": "cPickle instead of pickle",
    "exec('from urllib2 import urlopen')": "urllib2 instead of urllib.request",
    "exec('import sys; print >>sys.stderr, 1')": "print >>file",
}
OTHERS = [
    "def f(a=(1, 2), b=3:\n    pass",
    "def f(x: int = g(1), y=2:\n    pass",
    "assert False, \"'dict_keys' object is not subscriptable\"",
    *("x = = 3", "x = '<>' y", "if x", "  x", "x = 3 # `y`\n(", "f(", "x = 3a"),
    *("none", "{}.none()", "'x'.none()", "exec('import none')", "exec('import sys; sys.none')"),
    *("exec('from itertools import none')", "[][0]", "len(3)", "1 >> 'x'", "b''.next()"),
]


def error_of(text):
    with pytest.raises(Exception, match=".") as failed:
        exec(compile(text, "net.py", "exec"), {"collections": collections})
    return failed.value


@pytest.mark.parametrize(("text", "what"), {**SOURCES, **USES}.items())
def test_python_2_constructs_are_named(text, what):
    said = python2.explanation(error_of(text))
    assert said.startswith(f"this is Python 2 ({what}); ")
    assert CONVERT in said or "convert the tabs to spaces" in said


@pytest.mark.parametrize("text", OTHERS)
def test_other_errors_are_not_called_python_2(text):
    assert python2.explanation(error_of(text)) is None


@pytest.mark.parametrize(
    ("text", "line"), [("import os\nprint 'x'\n", 2), ("if 1:\n\tx = 1\n        y = 2\n", 3)]
)
def test_python_2_script_ends_before_its_first_line(text, line, tmp_path, capsys):
    path = tmp_path / "net.py"
    path.write_text(text)
    with pytest.raises(SystemExit) as end:
        source.read(str(path))
    said = capsys.readouterr().err
    assert end.value.code == 1
    assert said.startswith(f"error: {path}, line {line}: this is Python 2 (")
    assert said.count("\n") == 1


def test_python_2_modules_and_names_are_reported_unless_guarded(run_without, tmp_path):
    (tmp_path / "layers.py").write_text("x = 1\nprint x\n")
    guarded = "try:\n    import cPickle\nexcept ImportError:\n    import pickle\nprint(1)\n"
    done = run_without(f"{guarded}import layers\n")
    assert done.stdout == "1\n"
    assert done.returncode == 1
    place = f"error: {tmp_path}/layers.py, line 2"
    assert done.stderr.splitlines()[-1].startswith(f"{place}: this is Python 2 (print without")
    assert "Traceback" not in done.stderr
