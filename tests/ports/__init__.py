"""Old programs, their ports to Keras 3, and typical mistakes in such ports."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from tf_edureka import parity

HERE = Path(__file__).parent
MODELS = {path.parent.name: path.parent for path in sorted(HERE.glob("*/mistakes.py"))}


@dataclass(frozen=True)
class Mistake:
    """A port with a mistake: the right one, edited.

    Args:
        port: file of the right port.
        name: short name of the mistake.
        edits: replacements by the text in that file that each replaces, which occurs once.
        rungs: rungs of which one must be the first to fail.
        causes: causes of which one must be named; empty if none fits.
        why: the author's reasoning behind the mistake.
    """

    port: Path
    name: str
    edits: Mapping[str, str]
    rungs: tuple[str, ...]
    causes: tuple[str, ...]
    why: str

    @property
    def source(self) -> str:
        source = self.port.read_text(encoding="utf-8")
        for old, new in self.edits.items():
            if source.count(old) != 1 or old == new:
                raise ValueError(
                    f"{self.name}: {old!r} is {source.count(old)} times in {self.port}"
                )
            source = source.replace(old, new)
        return source

    def build(self) -> Any:
        """The compiled model with the mistake."""
        namespace = {"__name__": f"{self.port.parent.name}_{self.name.replace(' ', '_')}"}
        exec(compile(self.source, f"{self.port} ({self.name})", "exec"), namespace)
        return namespace["build"]()


def mistakes_in(mistakes_file: str) -> Callable[..., Mistake]:
    """Returns a constructor of mistakes in the port next to a file."""
    return partial(Mistake, Path(mistakes_file).with_name("port.py"))


def left_on(layer: str, made: str) -> dict[str, str]:
    """Edits with which layers of a port behave in inference as in training.

    Args:
        layer: class of the layers, such as `Dropout`.
        made: text with which the port creates them, from `layers.` on.
    """
    left = f"""class Left(layers.{layer}):
    def call(self, x, training=None):
        return super().call(x, training=True)


def build():"""
    return {"def build():": left, made: made.replace(f"layers.{layer}", "Left")}


def mistakes_of(model: str) -> list[Mistake]:
    return import_module(f"ports.{model}.mistakes").MISTAKES


def record(
    folder: Path,
    model: str,
    seed: int,
    edits: Mapping[str, str] | None = None,
    cores: set[int] | None = None,
) -> parity.Trace:
    """Records an old program that begins with another seed.

    Args:
        folder: where it and its trace are written.
        model: its folder.
        seed: of TensorFlow and of NumPy.
        edits: texts of the program, each of which stands there once, and what they become.
        cores: that it may use; None for all.
    """
    source = (HERE / model / "old.py").read_text(encoding="utf-8")
    for old, new in (edits or {}).items():
        assert source.count(old) == 1
        source = source.replace(old, new)
    source, count = re.subn(
        r"(set_random_seed|random\.seed|RandomState)\(\d+\)", rf"\1({seed})", source
    )
    assert count == 2
    (folder / "old.py").write_text(source, encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "tf_edureka.legacy", "--record", "trace", "old.py"],
        cwd=folder,
        check=True,
        capture_output=True,
        preexec_fn=cores and (lambda: os.sched_setaffinity(0, cores)),
    )
    return parity.Trace(folder / "trace")
