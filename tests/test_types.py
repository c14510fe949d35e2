"""The types of the public names, as a type checker or an editor sees them."""

import re

import pytest
from helpers import ROOT
from test_structure import public

USER = """
import numpy as np
import tf_edureka

data = tf_edureka.load_mnist()
result = tf_edureka.train_mlp(tf_edureka.MlpConfig.tuned(hidden_units=[256]), data)
reveal_type(result.cost)
reveal_type(data.train.images)
reveal_type(tf_edureka.GATES["or"].inputs)
config = tf_edureka.PerceptronConfig()
reveal_type(tf_edureka.perceptron.sweep(config, tf_edureka.GATES["or"], seeds=np.arange(3)).loss)
tf_edureka.MlpConfig.tuned().epoch
tf_edureka.train_mlp(data, data)
"""


def checked(source: str, folder) -> list[str]:
    """The messages of mypy for a program, line by line, without the program's name."""
    from mypy import api

    program = folder / "program.py"
    program.write_text(source)
    options = ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(folder / "cache")]
    said, complaint, _ = api.run([*options, str(program)])
    assert not complaint
    return [line.partition(": ")[2] for line in said.splitlines() if line.startswith(str(program))]


@pytest.mark.slow
def test_no_public_name_is_any_to_a_checker(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    names = sorted(where for where, _ in public())
    assert len(names) > 40
    lines = [f"reveal_type({name})" for name in names]
    wings = sorted({name.rpartition(".")[0] for name in names})
    said = checked("\n".join([*(f"import {wing}" for wing in wings), *lines]), tmp_path)
    found = (re.search('Revealed type is "(.*)"', line) for line in said)
    revealed = [one[1] for one in found if one]
    assert len(revealed) == len(names), said
    assert not [pair for pair in zip(names, revealed, strict=True) if pair[1] == "Any"]


@pytest.mark.slow
def test_a_users_mistake_is_seen_and_an_arrays_dtype_is_known(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    said = checked(USER, tmp_path)
    dtypes = [line for line in said if "Revealed type" in line]
    for line, dtype in zip(dtypes, ("float64]", "_8Bit]", "_32Bit]", "_32Bit]"), strict=True):
        assert dtype in line
    assert [line for line in said if 'has no attribute "epoch"' in line]
    assert [line for line in said if 'incompatible type "Mnist"; expected "MlpConfig"' in line]
