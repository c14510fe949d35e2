"""Old programs, their ports to Keras 3, and mistakes that people make when they port them."""

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
        port: the right port's file.
        name: what is wrong.
        edits: texts of that file, each of which stands there once, and what they become.
        rungs: those of which one is the first to fail.
        causes: those of which one is to be named; none where no word fits.
        why: what one was thinking.
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
    """Makes a mistake in the port that lies beside a file."""
    return partial(Mistake, Path(mistakes_file).with_name("port.py"))


def left_on(layer: str, made: str) -> dict[str, str]:
    """Edits of a port that has layers do in inference what they do in training.

    Args:
        layer: their class, such as `Dropout`.
        made: the text in which the port makes them, from `layers.` on.
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
