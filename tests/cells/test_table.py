import re
from html.parser import HTMLParser

from browser import opened
from hypothesis import given, strategies as st

from tf_edureka.cells import beside
from tf_edureka.cells.table import SideBySide

OLD = """import tensorflow as tf

# Inputs
x = tf.placeholder(tf.float32, [None, 3])
y = "a < b"

# Session
with tf.Session() as session:
    for epoch in range(100):
        # A step
        session.run(step, {x: inputs})
        # Say it
        print(session.run(loss))
"""
NEW = """import keras

# Inputs
x = inputs
# Model
model = keras.Sequential([

    keras.layers.Dense(1)])
for epoch in range(100):
    # A step
    step(x)
    # Say it
    print(loss)
"""


class Table(HTMLParser):
    """Collects the rows of a table as the texts of their cells; None for a "nothing" cell."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.in_code = False
        elif tag == "pre":
            self.in_code = True

    def handle_data(self, data: str) -> None:
        if data == "nothing" and not self.in_code:
            self.rows[-1][-1] = None
        else:
            self.rows[-1][-1] += data


def rows(made: SideBySide) -> list[list[str | None]]:
    """Returns the steps: title and the lines of both programs, which have rows of their own."""
    titles, *found = Table(made._repr_html_()).rows
    steps = []
    for row in found:
        if len(row) == 3:  # a step starts, with a row for its title
            steps.append([row[0], [row[1]], [row[2]]])
        else:
            columns = [column for column in steps[-1][1:] if column[0] is not None]
            for column, line in zip(columns, row, strict=True):
                column.append(line)
    return [titles] + [
        [words, *(None if lines[0] is None else "\n".join(lines).rstrip("\n") for lines in both)]
        for words, *both in steps
    ]


def test_steps_with_the_same_title_share_a_row_and_keep_their_indent():
    inputs, session = OLD.split("\n")[3:5], OLD.split("\n")[7:9]
    assert rows(beside(OLD, NEW)) == [
        ["", "TensorFlow 1", "TensorFlow 2"],
        ["", "import tensorflow as tf", "import keras"],
        ["Inputs", "\n".join(inputs), "x = inputs"],
        ["Model", None, "\n".join(NEW.split("\n")[5:9])],
        ["Session", "\n".join(session), None],
        ["A step", "        session.run(step, {x: inputs})", "    step(x)"],
        ["Say it", "        print(session.run(loss))", "    print(loss)"],
    ]


def test_lines_of_paired_steps_share_rows():
    table = Table(beside("# A\n1\n2\n3\n# B\n4\n5", "# A\n6\n7")._repr_html_())
    assert table.rows[1:] == [["A", "1", "6"], ["2", "7"], ["3", ""], ["B", "4", None], ["5"]]


def test_text_form_has_both_columns():
    assert repr(beside("# A\nx = 1\ny = 2\n", "# A\n# B\nz = 3 |\n", titles=("old", "new"))) == (
        """old       | new
# A
x = 1
y = 2
# B
(nothing) | z = 3 |"""
    )


def test_a_program_without_steps_is_one_row():
    assert rows(beside("x = 1\n\ny = 2", "z = 3\r\n"))[1:] == [["", "x = 1\n\ny = 2", "z = 3"]]
    assert rows(beside("", "")) == [["", "TensorFlow 1", "TensorFlow 2"]]


def test_repeated_titles_in_one_program_stay_separate_steps():
    (_, *found) = rows(beside("# A\n1\n# A\n2", "# A\n3\n# B\n# A\n4"))
    assert found == [["A", "1", "3"], ["B", None, ""], ["A", "2", "4"]]


def test_other_comments_do_not_start_a_step():
    program = "x = 1  # one\n#two\n# ----\n#!three\n#    \nx = 2"
    assert rows(beside(program, "x"))[1:] == [["", program, "x"]]


def test_titles_and_code_are_escaped():
    made = beside("# a <b>\nx = '<i>'", "x", titles=("<u>", "&amp;"))
    assert rows(made)[0] == ["", "<u>", "&amp;"]
    assert ["a <b>", "x = '<i>'", None] in rows(made)


# JupyterLab's styles for outputs.
JUPYTERLAB = "pre { word-break: break-all; overflow-wrap: break-word; white-space: pre-wrap }"


def test_long_lines_wrap_between_words(tmp_path):
    line = "tested = " + " + ".join(["many_words"] * 20)
    page = tmp_path / "page.html"
    text = beside(line, "x")._repr_html_()
    page.write_text(f"<style>{JUPYTERLAB}</style>{text}", encoding="utf-8")
    with opened(page, viewport={"width": 600, "height": 400}) as tab:
        broken = tab.evaluate(
            """() => {
              const range = document.createRange(), pre = document.querySelector("pre");
              const lines = new Set(), texts = document.createTreeWalker(pre, NodeFilter.SHOW_TEXT);
              let broken = 0;
              while (texts.nextNode()) {
                range.selectNodeContents(texts.currentNode);
                const tops = [...range.getClientRects()].map((one) => one.top);
                tops.forEach((top) => lines.add(top));
                if (/^\\w+$/.test(range.toString())) broken += new Set(tops).size > 1;
              }
              return [lines.size, broken];
            }"""
        )
    assert broken[0] > 2  # otherwise the test would prove nothing
    assert broken[1] == 0


LINES = st.one_of(
    st.sampled_from(
        ["", "  ", "# A", "# B", "    # A", "for x in y:", "    x = 1", "\tx", '"""', "nothing"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n")),
)
PROGRAMS = st.lists(LINES).map("\n".join)


def without_blanks(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


@given(PROGRAMS, PROGRAMS)
def test_each_line_appears_exactly_once(old, new):
    found = rows(beside(old, new))[1:]
    for column, program in ((1, old), (2, new)):
        lines = without_blanks(program)
        comments = [line for line in lines if re.fullmatch(r"\s*# (\w.*)", line)]
        code = [
            line for row in found if row[column] is not None for line in without_blanks(row[column])
        ]
        words = [row[0] for row in found if row[column] is not None and row[0]]
        assert sorted(code) == sorted(line for line in lines if line not in comments)
        assert sorted(words) == sorted(line.strip()[2:].strip() for line in comments)
