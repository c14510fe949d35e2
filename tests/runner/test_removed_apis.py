"""Names and behaviour that old scripts expect of Python and its libraries."""

import importlib.util
import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from helpers import GOLDENS

from tf_edureka.runner.removed_apis import for_numpy

RUN = """
import runpy, sys
from tf_edureka.runner import removed_apis
removed_apis.restore()
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
BEHAVES_LIKE_NUMPY_1 = hasattr(np, "_set_promotion_state")  # 2.1 and before


@pytest.fixture
def old_script(tmp_path):
    """Runs a script in a process with restored names, without TensorFlow, which takes seconds."""

    def runs(script, *arguments):
        path = tmp_path / "script.py"
        path.write_text(script)
        return subprocess.run(
            [sys.executable, "-c", RUN, str(path), *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env={**os.environ, "MPLBACKEND": "agg"},
        )

    return runs


def printed(done):
    assert not done.returncode, done.stderr
    return done.stdout


def needs(*modules):
    absent = [name for name in modules if importlib.util.find_spec(name) is None]
    return pytest.mark.skipif(bool(absent), reason=f"not installed: {', '.join(absent)}")


def test_numpy_scipy_and_pillow_give_the_results_of_their_old_versions(old_script):
    done = old_script((GOLDENS / "old_libraries.py").read_text())
    values, golden = (
        json.loads(printed(done)),
        json.loads((GOLDENS / "old_libraries.json").read_text()),
    )
    parts = {*golden} if BEHAVES_LIKE_NUMPY_1 else {"images", "libraries", "numpy"}
    assert {part: values[part] for part in parts} == {part: golden[part] for part in parts}
    assert not re.sub(r"note: .*np\.load: .*\n", "", done.stderr)


CASES = """
import tensorflow as tf, numpy as np
import collections, importlib
for use in (
    lambda: np.mat([[1, 2]]), lambda: np.cast[np.float32]([1]), lambda: np.asfarray([1]),
    lambda: np.lib.pad([1], 1, "constant"), lambda: np.loads,
):
    print(type(use()).__name__, end=" ")
print(np.array(list(zip(np.zeros((3, 2)), np.zeros((3, 4))))).shape)
a = tf.constant(1.5)
with tf.Session() as session:
    print(session.run([a, a + 1]), session.run((a, {"b": a})))
try:
    tf.constant([[1], [2, 3]])
except ValueError as error:
    print("ValueError")
for name in ("Iterable", "Mapping"):
    print(hasattr(collections, name), end=" ")
for module, name in (
    ("PIL.Image", "ANTIALIAS"), ("scipy.signal", "hann"), ("matplotlib.cm", "get_cmap"),
):
    print(hasattr(importlib.import_module(module), name), end=" ")
"""


def test_restored_names_work_together_with_tensorflow(run):
    done = run(CASES)
    assert done.stdout.splitlines() == [
        "matrix ndarray ndarray ndarray function (3, 2)",
        "[1.5, 2.5] (1.5, {'b': 1.5})",
        "ValueError",
        "True True True True True ",
    ]
    assert not done.stderr


def test_a_library_that_a_script_does_not_import_is_not_imported(old_script):
    script = (
        "import sys; print({'scipy', 'PIL', 'matplotlib', 'pandas', 'sklearn'} & {*sys.modules})"
    )
    assert printed(old_script(script)) == "set()\n"


@pytest.mark.parametrize("name", ["scipy.misc.none", "scipy.none", "none.misc", "none"])
def test_nonexistent_modules_give_the_usual_error(old_script, name):
    assert f"No module named '{name.removesuffix('.misc')}'" in old_script(f"import {name}").stderr


def test_new_names_of_a_library_stay_available(old_script):
    script = """
import numpy as np, scipy.misc, inspect, yaml, pickle
print(np.array.__name__, pickle.loads(pickle.dumps(np.array)) is np.array, np.isdtype)
print(inspect.getsource(scipy.misc)[:1] != "", yaml.load("a: 1", Loader=yaml.SafeLoader))
"""
    assert printed(old_script(script)).splitlines()[0].startswith("array True")


def test_loading_python_objects_prints_one_note_per_line(old_script, tmp_path):
    script = """
import numpy as np
np.save("objects.npy", np.array([{}], object))
np.savez("both.npz", objects=np.array([{}], object), numbers=np.zeros(2))
np.save("numbers.npy", np.zeros(2))
np.load("numbers.npy"), np.load("both.npz")["numbers"]
for _ in range(2):
    np.load("objects.npy")
np.load("objects.npy", allow_pickle=True)
with np.load("both.npz") as file:
    file["objects"]
"""
    done = old_script(script)
    notes = done.stderr.splitlines()
    assert [note.partition(": np.load: loaded Python objects")[0] for note in notes] == [
        f"note: {tmp_path}/script.py, line 8",
        f"note: {tmp_path}/script.py, line 11",
    ]


def test_numpys_newer_deprecation_warnings_are_silenced(old_script):
    script = """
import numpy as np, warnings
for use in ("np.zeros(2, 'a5')", "np.cross([1, 2], [3, 4])", "np.in1d([1], [1])"):
    try:
        eval(use)
    except (TypeError, ValueError):
        print("gone by now:", use)
warnings.warn("mine", DeprecationWarning)
"""
    said = old_script(script).stderr
    assert "DeprecationWarning: mine" in said
    assert said.count("Warning:") == 1


@pytest.mark.skipif(BEHAVES_LIKE_NUMPY_1, reason="this NumPy still does what NumPy 1 did")
@pytest.mark.parametrize(
    ("use", "what"),
    [
        ("float(np.zeros(1))", "an array of one value counted as a number"),
        ("bool(np.array([]))", "an empty array counted as False"),
        ("np.uint8([1]) + 300", "numbers could overflow their dtype"),
        ("np.array([-1], np.uint8)", "numbers could overflow their dtype"),
        ("np.zeros(1).tostring()", "an array had tostring()"),
    ],
)
def test_errors_of_a_newer_numpy_name_the_version_to_install(use, what):
    try:
        eval(use)
    except Exception as error:
        advice = for_numpy.advice(error)
    else:
        pytest.skip(f"NumPy {np.__version__} still does it")
    assert advice == (
        f"up to NumPy 2.1 {what}; pip install -e '.[legacy]' installs NumPy 2.1 (this is "
        f"{np.__version__})"
    )


@pytest.mark.skipif(BEHAVES_LIKE_NUMPY_1, reason="this NumPy still does what NumPy 1 did")
def test_numpy_advice_follows_the_traceback(run_without):
    done = run_without("import numpy as np\nnp.uint8([1]) + 300\n")
    *_, last, advice = done.stderr.splitlines()
    assert "Traceback (most recent call last):\n" in done.stderr
    assert last.startswith("OverflowError: ")
    assert advice.startswith("note: up to NumPy 2.1 numbers could overflow their dtype; pip ")
    assert done.returncode == 1


def test_other_errors_give_no_numpy_advice():
    assert for_numpy.advice(TypeError("only length-1 arrays")) is None


def test_names_of_pythons_standard_library(old_script):
    script = """
import collections, fractions, inspect, time
from collections import Mapping
def f(a, b=1, *c, **d): pass
args, varargs, keywords, defaults = inspect.getargspec(f)
print(fractions.gcd(12, 18), isinstance({}, Mapping), time.clock() > 0)
print(args, varargs, keywords, defaults, inspect.getargspec(f).keywords)
"""
    assert printed(old_script(script)) == "6 True True\n['a', 'b'] c d (1,) d\n"


def test_removed_module_imp(old_script, tmp_path):
    (tmp_path / "other.py").write_text("x = 3")
    script = """
import imp, sys
print(imp.load_source("a.b", "other.py").x, sys.modules["a.b"].x, imp.reload(sys) is sys)
"""
    assert printed(old_script(script)) == "3 3 True\n"


@needs("yaml")
def test_yaml_loads_without_a_loader(old_script):
    script = """
import io, yaml
print(yaml.load("a: 1"), yaml.load(io.StringIO("[1]")), yaml.load("b", Loader=yaml.SafeLoader))
print(list(yaml.load_all("a\\n---\\nb")), yaml.safe_load("c"))
"""
    assert printed(old_script(script)) == "{'a': 1} [1] b\n['a', 'b'] c\n"


def test_matplotlib(old_script):
    script = """
import matplotlib as mpl, matplotlib.cm as cm, matplotlib.pyplot as plt
from mpl_toolkits.mplot3d import Axes3D
print(cm.get_cmap("jet", 4).N, plt.cm.get_cmap("jet")(0) == plt.get_cmap("jet")(0))
plt.style.use("seaborn-whitegrid")
plt.gca().set_axis_bgcolor("red")
print(plt.gca().get_facecolor(), type(plt.figure().gca(projection="3d")) is Axes3D)
mpl.rcParams.update({"pgf.preamble": ["a", "b"], "lines.linewidth": 3})
print(repr(mpl.rcParams["pgf.preamble"]), mpl.rcParams["lines.linewidth"])
"""
    assert printed(old_script(script)) == "4 True\n(1.0, 0.0, 0.0, 1.0) True\n'a\\nb' 3.0\n"


def test_text_sizes_in_pillow(old_script):
    script = """
from PIL import Image, ImageDraw, ImageFont
font = ImageFont.load_default()
draw = ImageDraw.Draw(Image.new("L", (50, 20)))
(width, height), bigger = draw.textsize("ab", font), draw.textsize("abcd", font)
print(font.getsize("ab") == (width, height), 0 < width < bigger[0] < 50, 0 < height < 20)
print(Image.LINEAR == Image.BILINEAR, Image.CUBIC == Image.BICUBIC)
"""
    assert printed(old_script(script)) == "True True True\nTrue True\n"


@needs("networkx", "scipy")
def test_networkx(old_script):
    script = """
import networkx as nx
G = nx.Graph([(0, 1), (1, 2)])
G.node[0]["x"] = 1
print(type(nx.adjacency_matrix(G)).__name__, (nx.adjacency_matrix(G) * [1, 1, 1]).tolist())
print(type(nx.to_numpy_matrix(G)).__name__, nx.from_numpy_matrix(nx.to_numpy_matrix(G)).edges)
print(nx.from_scipy_sparse_matrix(nx.to_scipy_sparse_matrix(G)).edges, nx.OrderedMultiDiGraph())
nx.write_gpickle(G, "g")
print(nx.read_gpickle("g").node[0], [*G.nodes_iter()], [*G.edges_iter()])
"""
    assert printed(old_script(script)).splitlines() == [
        "csr_matrix [1, 2, 1]",
        "matrix [(0, 1), (1, 2)]",
        "[(0, 1), (1, 2)] MultiDiGraph with 0 nodes and 0 edges",
        "{'x': 1} [0, 1, 2] [(0, 1), (1, 2)]",
    ]


@needs("pandas")
def test_frequency_pickled_by_pandas_0_25(old_script):
    script = """
import pickle, pandas
text = b"ccopy_reg\\n_reconstructor\\n(cpandas.tseries.offsets\\nMinute\\nc__builtin__\\nobject\\n"
print(pickle.loads(text + b"NtR(dVn\\nI5\\nsVnormalize\\nI00\\nsb.").delta)
"""
    assert printed(old_script(script)) == "0 days 00:05:00\n"


@needs("pandas")
def test_pandas(old_script):
    script = """
import numpy as np, pandas as pd
df = pd.DataFrame({"a": [1, 2], "b": [3.0, 4.0]}, index=["x", "y"])
print(df.as_matrix().tolist(), df.as_matrix(["b"]).tolist(), df.a.as_matrix().tolist())
print(df.ix["x", "a"], df.ix[0, 1], df.ix[0:1, "b"].tolist(), df.ix[[1, 0]].index.tolist())
print(df.ix["x":"y"].shape, df.ix[df.a > 1].index.tolist(), df.ix[:, 1].tolist(), df.ix[-1, "b"])
df.ix[0, "a"] = 7
df.set_value("y", "b", 9.0)
print(df.get_value("x", "a"), df.get_value("y", "b"))
numbered = pd.DataFrame({"a": [1, 2]}, index=[5, 6])
print(numbered.ix[6, "a"], numbered.ix[5:6].shape)
table = pd.DataFrame(columns=range(3), dtype=np.float64)
for state in "st":
    table = table.append(pd.Series([0] * 3, index=table.columns, name=state))
table.ix["s", 1] += 0.5
print(table.loc["s"].tolist(), table.index.tolist(), table[1].dtype, df.append(df).shape)
print(df.append({"a": 1, "b": 2}, ignore_index=True).shape)
print(pd.date_range("2020", periods=2, freq="5min").freq.delta.total_seconds())
"""
    assert printed(old_script(script)).splitlines() == [
        "[[1.0, 3.0], [2.0, 4.0]] [[3.0], [4.0]] [1, 2]",
        "1 3.0 [3.0] ['y', 'x']",
        "(2, 2) ['y'] [3.0, 4.0] 4.0",
        "7 9.0",
        "2 (2, 1)",
        "[0.0, 0.5, 0.0] ['s', 't'] float64 (4, 2)",
        "(3, 2)",
        "300.0",
    ]


@needs("sklearn", "joblib")
def test_scikit_learn(old_script):
    script = """
import sklearn.externals.joblib, joblib
from sklearn import cross_validation, linear_model, manifold, metrics
from sklearn.base import BaseEstimator, ClassifierMixin, is_classifier
from sklearn.externals import joblib as theirs
print(theirs.dump is joblib.dump, sklearn.externals.joblib.dump is joblib.dump)
print(len(cross_validation.train_test_split([1, 2, 3, 4], test_size=0.5)[0]))
scorer = metrics.make_scorer(metrics.roc_auc_score, needs_proba=True)
X, y = [[0], [1], [2]], [0, 1, 1]
print(scorer(linear_model.LogisticRegression().fit(X, y), X, y))
print(manifold.TSNE(n_iter=300).max_iter)
print(*linear_model.Perceptron(tol=-float("inf")).fit(X, y).classes_)
class Mine(BaseEstimator, ClassifierMixin): pass
print(is_classifier(Mine()))
"""
    assert printed(old_script(script)) == "True True\n2\n1.0\n300\n0 1\nTrue\n"


@needs("sklearn")
def test_stratified_folds_are_those_of_scikit_learn_0_21(old_script):
    script = """
import numpy as np
from sklearn.model_selection import StratifiedKFold
y = np.random.RandomState(0).randint(0, 2, 12)
np.random.seed(1)
for options in ({"shuffle": True, "random_state": 2017}, {}, {"shuffle": True}):
    print(*(test.tolist() for _, test in StratifiedKFold(3, **options).split(y, y)))
print(np.random.rand())
"""
    assert printed(old_script(script)).splitlines() == [
        "[2, 7, 8, 11] [0, 1, 5, 6] [3, 4, 9, 10]",
        "[0, 1, 2, 4] [3, 5, 6, 7] [8, 9, 10, 11]",
        "[0, 4, 7, 8] [1, 5, 6, 11] [2, 3, 9, 10]",
        "0.3879107411620074",
    ]
