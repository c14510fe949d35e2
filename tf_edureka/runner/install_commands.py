"""Keeps install commands in old notebooks from changing TensorFlow, Keras and NumPy."""

import re

_LINE = re.compile(r"^(?:\\\n|.)*", re.MULTILINE)  # with its continuation lines
# Lines that are not Python: magics, shell commands, and the start of a shell cell.
_MAGIC = re.compile(r"(?P<indent>\s*)%?\s*(?:pip|conda|mamba)\s")
_SHELL = re.compile(r"\s*(?:\w+\s*=\s*)?!")
_SHELL_CELL = re.compile(r"\s*%%(?:!|bash|script|sh|sx|system)")
_COMMAND = re.compile(
    r"(?P<begin>!*\s*)(?P<command>[^;&|!\n]*\b(?:pip[\d.]*|conda|mamba)\s+(?:install|remove|uninstall))"
    r"\b(?P<arguments>(?:\\\n|[^;&|\n])*)"
)
_PROTECTED = re.compile(r"['\"]?(?:tensorflow|tf[-_]nightly|keras|numpy(?![\w-]))", re.IGNORECASE)

_NOTE = "echo 'note:"


def without_protected_packages(lines: list[str]) -> list[str]:
    """Removes TensorFlow, Keras and NumPy from the install commands of a cell and prints a note.

    Args:
        lines: lines of the cell.

    Returns:
        the lines that IPython runs instead.
    """
    cell = "".join(lines)
    is_shell = _SHELL_CELL.match(cell) is not None

    def changed(found: re.Match[str]) -> str:
        line = found[0]
        if is_shell or _SHELL.match(line):
            return _COMMAND.sub(
                lambda part: part["begin"] + " && ".join(_replacement_commands(part)), line
            )
        magic, command = _MAGIC.match(line), _COMMAND.match(line)
        note, *others = _replacement_commands(command) if magic and command else [line]
        if not magic or not others and not note.startswith(_NOTE):
            return line
        return "\n".join(magic["indent"] + part for part in [f"!{note}", *others])

    return _LINE.sub(changed, cell).splitlines(keepends=True)


def _replacement_commands(found: re.Match[str]) -> list[str]:
    """Returns the commands to run instead of `found`; the same one if it is harmless."""
    command, arguments = found["command"], found["arguments"].replace("\\\n", " ").split()
    protected = [one.strip("'\"") for one in arguments if _PROTECTED.match(one)]
    if not protected:
        return [command + found["arguments"]]
    note = f"{_NOTE} {' '.join(protected)}: not changed in this environment'"
    rest = [one for one in arguments if not _PROTECTED.match(one)]
    if all(one.startswith("-") for one in rest):
        return [note]
    return [note, " ".join([command, *rest]) + " " * found["arguments"].endswith(" ")]
