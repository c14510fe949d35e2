"""The folder of TensorFlow 1.15.5's Python files, with small wheels instead of the real ones."""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import filelock
import pytest
import web

from tf_edureka.cli import run
from tf_edureka.errors import InputError
from tf_edureka.runner import period, period_wheels

WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {}\n"
TENSORFLOW = "tensorflow-1.15.5-cp37-cp37m-manylinux2010_x86_64.whl"
ASTOR = "astor-0.8.1-py2.py3-none-any.whl"
MEMBERS = {
    TENSORFLOW: {
        "tensorflow/__init__.py": "forwarder",
        "tensorflow_core/__init__.py": "from tensorflow_core import python",
        "tensorflow_core/include/generated.py": "header",
        "tensorflow_core/libtensorflow.so": "binary",
        "tensorflow_core/python/__init__.py": "",
        "tensorflow_core/python/layers.py": "LAYERS = 'täglich'\n" * 99,
        "tensorflow-1.15.5.data/purelib/tensorflow_core/include/eigen.py": "header",
        "tensorflow-1.15.5.dist-info/METADATA": "Name: tensorflow\nVersion: 1.15.5\n",
        "tensorflow-1.15.5.dist-info/WHEEL": WHEEL.format("cp37-cp37m-manylinux2010_x86_64"),
        "tensorflow-1.15.5.dist-info/RECORD": "",
    },
    ASTOR: {
        "astor/__init__.py": "\r\n",
        "astor/VERSION": "0.8.1",
        "docs/conf.py": "docs",
        "astor-0.8.1.dist-info/LICENSE": "as you like",
        "astor-0.8.1.dist-info/METADATA": "Name: astor\nVersion: 0.8.1\n",
        "astor-0.8.1.dist-info/WHEEL": WHEEL.format("py3-none-any"),
        "astor-0.8.1.dist-info/RECORD": "",
    },
}
KEPT = {
    "tensorflow_core/__init__.py": (TENSORFLOW, "tensorflow_core/__init__.py"),
    "tensorflow_core/python/__init__.py": (TENSORFLOW, "tensorflow_core/python/__init__.py"),
    "tensorflow_core/python/layers.py": (TENSORFLOW, "tensorflow_core/python/layers.py"),
    "astor/__init__.py": (ASTOR, "astor/__init__.py"),
    "period-licences/astor-LICENSE.txt": (ASTOR, "astor-0.8.1.dist-info/LICENSE"),
    "period-licences/astor-METADATA.txt": (ASTOR, "astor-0.8.1.dist-info/METADATA"),
    "period-licences/tensorflow-METADATA.txt": (TENSORFLOW, "tensorflow-1.15.5.dist-info/METADATA"),
}
LIST = "period-files.txt"
LAYERS = "tensorflow_core/python/layers.py"


def content(name: str) -> bytes:
    wheel, member = KEPT[name]
    return MEMBERS[wheel][member].encode()


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def wheels(tmp_path, monkeypatch) -> Path:
    """A folder with small wheels, which replace the real ones in `period.WHEELS`."""
    folder = tmp_path / "published"
    folder.mkdir()
    pins = []
    for file, package in ((TENSORFLOW, "tensorflow_core"), (ASTOR, "astor")):
        with zipfile.ZipFile(folder / file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in MEMBERS[file].items():
                archive.writestr(name, text)
        made = (folder / file).read_bytes()
        sha256 = hashlib.sha256(made).hexdigest()
        pins.append(period_wheels.Wheel(file, len(made), sha256, package, "MIT"))
    lines = [
        f"{hashlib.sha256(content(name)).hexdigest()} {len(content(name))} {name}\n"
        for name in sorted(KEPT)
    ]
    monkeypatch.setattr(period, "WHEELS", tuple(pins))
    monkeypatch.setattr(period, "LIST_SHA256", hashlib.sha256("".join(lines).encode()).hexdigest())
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_RETRIES", "0")
    return folder


@pytest.fixture
def store(tmp_path, monkeypatch) -> Path:
    """The path of the folder for the files, which does not exist yet."""
    (tmp_path / "caches").mkdir()
    monkeypatch.setenv("TF_EDUREKA_PERIOD_DIR", str(tmp_path / "caches" / "store"))
    return tmp_path / "caches" / "store"


@pytest.fixture
def without_pip(monkeypatch) -> None:
    monkeypatch.setattr(period_wheels, "find_spec", lambda name: None)


def index(folder: Path) -> Callable[[web.Handler], object]:
    """A package index with the wheels of the folder that answers in JSON."""

    def answer(request: web.Handler) -> None:
        _, where, name, *_ = request.path.split("/")
        if where == "files":
            web.folder(folder)(request)
            return
        found = [file for file in folder.iterdir() if file.name.startswith(f"{name}-")]
        listed = [{"filename": file.name, "url": f"../../files/{file.name}"} for file in found]
        request.give(json.dumps({"files": listed}).encode())

    return answer


@pytest.fixture(params=["pip", "https"])
def source(request, monkeypatch, wheels) -> str:
    """Makes the wheels available, with and without pip."""
    if request.param == "pip":
        pytest.importorskip("pip")
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
        yield request.param
    else:
        request.getfixturevalue("without_pip")
        with web.serving(index(wheels)) as address:
            monkeypatch.setenv("PIP_INDEX_URL", f"{address}simple/")
            yield request.param


@pytest.fixture
def offline(wheels, without_pip, monkeypatch) -> None:
    """Makes no wheel available."""
    monkeypatch.setenv("PIP_INDEX_URL", "http://user:secret@127.0.0.1:9/simple")


@pytest.fixture
def fetched(wheels, store, without_pip, monkeypatch) -> Path:
    """The fetched folder."""
    with web.serving(index(wheels)) as address, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_INDEX_URL", f"{address}simple")
        return period.fetch()


def expect_nothing_left(store: Path) -> None:
    assert {path.name for path in store.parent.iterdir()} <= {f".{store.name}.lock"}


def test_only_python_files_and_licences_are_kept(source, store):
    told = []
    assert not period.exists()
    assert period.fetch(lambda *what: told.append(what)) == store
    found = files_in(store)
    del found[LIST]
    assert found == {name: content(name) for name in KEPT}
    assert period.folder() == store
    assert period.exists()
    total = sum(wheel.size for wheel in period.WHEELS)
    assert {all_ for what, _, all_ in told if what.startswith("downloading")} == {total}
    assert max(done for _, done, _ in told) <= total
    assert {path.name for path in store.parent.iterdir()} == {"store", ".store.lock"}


def test_existing_files_are_not_fetched_again(fetched, offline):
    assert period.fetch() == fetched


def test_error_for_missing_files_gives_the_sizes(store, capsys, offline):
    with pytest.raises(
        InputError, match=r"MB to download, .* MB to keep\), found nothing"
    ) as error:
        period.folder()
    assert str(store) in str(error.value)
    run.reporting.print_error(error.value)
    assert capsys.readouterr().err.endswith("; tf-edureka run --fetch-period fetches them\n")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize(
    ("name", "damage", "told"),
    [
        (LAYERS, cut, "layers.py has 1979 bytes instead of 1980"),
        (LAYERS, Path.unlink, "layers.py cannot be read"),
        ("tensorflow_core", shutil.rmtree, "tensorflow_core/__init__.py cannot be read"),
        (LIST, cut, "its list period-files.txt has another SHA-256"),
        (LIST, Path.unlink, "its list period-files.txt cannot be read"),
    ],
)
def test_damage_is_reported_and_repaired_by_a_fetch(
    fetched, wheels, monkeypatch, name, damage, told
):
    damage(fetched / name)
    with pytest.raises(InputError, match=told) as error:
        period.folder()
    assert error.value.topic == "period packages damaged"
    assert period.exists()
    with web.serving(index(wheels)) as address:
        monkeypatch.setenv("PIP_INDEX_URL", f"{address}simple")
        period.fetch()
    assert (period.folder() / LAYERS).read_bytes() == content(LAYERS)


def test_changed_file_of_the_same_size_is_repaired(fetched, wheels, monkeypatch):
    (fetched / LAYERS).write_bytes(content(LAYERS)[::-1])
    assert not period.is_intact()
    with web.serving(index(wheels)) as address:
        monkeypatch.setenv("PIP_INDEX_URL", f"{address}simple")
        period.fetch()
    assert (fetched / LAYERS).read_bytes() == content(LAYERS)


def test_failed_fetch_leaves_a_damaged_folder_unchanged(fetched, offline):
    cut(fetched / LAYERS)
    before = files_in(fetched)
    with pytest.raises(InputError, match="could not be fetched"):
        period.fetch()
    assert files_in(fetched) == before


def test_files_of_python_and_the_system_are_no_damage(fetched, offline):
    (fetched / "astor" / "__pycache__").mkdir()
    (fetched / "astor" / "__pycache__" / "__init__.cpython-311.pyc").write_bytes(b"compiled")
    (fetched / ".DS_Store").write_bytes(b"")
    assert period.folder() == period.fetch() == fetched


def test_read_only_folder_is_used(fetched, offline):
    (fetched.parent / ".store.lock").unlink()
    for folder in (fetched, fetched.parent):
        folder.chmod(0o555)
    try:
        assert period.folder() == period.fetch() == fetched
        assert not (fetched.parent / ".store.lock").exists()
    finally:
        for folder in (fetched, fetched.parent):
            folder.chmod(0o755)


def test_wheel_with_another_sha256_is_rejected(source, store, wheels):
    with zipfile.ZipFile(wheels / ASTOR, "a") as archive:
        archive.writestr("astor/extra.py", "")
    (astor,) = [wheel for wheel in period.WHEELS if wheel.file == ASTOR]
    with pytest.raises(InputError, match=rf"astor.*expected.*{astor.sha256[:12]}.*got"):
        period.fetch()
    expect_nothing_left(store)


def test_error_names_a_wheel_missing_from_the_index(source, store, wheels):
    (wheels / TENSORFLOW).unlink()
    with pytest.raises(InputError, match=r"tensorflow(==1\.15\.5 \(from versions: none\)|-1\.15)"):
        period.fetch()
    expect_nothing_left(store)


def test_error_without_network_contains_pips_reason(wheels, store, monkeypatch):
    pytest.importorskip("pip")
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(
        InputError, match=r"pip: .*Connection refused; Could not find.*for a machine"
    ):
        period.fetch()
    expect_nothing_left(store)


def test_error_without_network_and_pip_says_what_to_do(offline, store):
    with pytest.raises(InputError, match="Connection refused.*TF_EDUREKA_PERIOD_DIR") as error:
        period.fetch()
    assert "\n" not in str(error.value)
    expect_nothing_left(store)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            lambda request: request.give(b"<a href=x>"),
            "expected a package index that answers in JSON",
        ),
        (lambda request: request.send_error(404), r"\(127.0.0.1:\d+: HTTP status 404"),
        (lambda request: request.give(b"{}"), "expected a package index that answers in JSON"),
        (lambda request: request.give(b'{"files": []}'), "does not have tensorflow-1.15.5"),
    ],
)
def test_unexpected_answer_of_the_index_is_reported(
    wheels, store, without_pip, monkeypatch, answer, told
):
    with web.serving(answer) as address:
        place = address.replace("//", "//user:secret@")
        monkeypatch.setenv("PIP_INDEX_URL", f"{place}simple")
        with pytest.raises(InputError, match=told) as error:
            period.fetch()
    assert "secret" not in str(error.value)
    expect_nothing_left(store)


def test_certificate_error_names_the_variable_of_requests(wheels, store, without_pip, monkeypatch):
    with web.serving(index(wheels)) as address:  # speaks HTTP, not HTTPS
        monkeypatch.setenv("PIP_INDEX_URL", address.replace("http:", "https:"))
        with pytest.raises(InputError, match="set REQUESTS_CA_BUNDLE"):
            period.fetch()
    expect_nothing_left(store)


def changed(folder: Path, change: Callable[[bytes], bytes]) -> Callable[[web.Handler], object]:
    """An index that changes its wheels and sends no Content-Length."""

    def answer(request: web.Handler) -> None:
        if "/files/" in request.path:
            request.give(change((folder / request.name).read_bytes()), length=-1)
        else:
            index(folder)(request)

    return answer


def test_truncated_wheel_is_rejected(wheels, store, without_pip, monkeypatch):
    with web.serving(changed(wheels, lambda made: made[:-1])) as address:
        monkeypatch.setenv("PIP_INDEX_URL", f"{address}simple")
        with pytest.raises(InputError, match=r"expected \d+ bytes with the SHA-256 .*, got \d+"):
            period.fetch()
    expect_nothing_left(store)


def test_download_stops_at_the_published_size(wheels, store, without_pip, monkeypatch):
    with web.serving(changed(wheels, lambda made: made + b"more")) as address:
        monkeypatch.setenv("PIP_INDEX_URL", f"{address}simple")
        assert period.fetch() == store


def test_interrupted_fetch_leaves_no_files(source, store):
    def interrupt(what: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        period.fetch(interrupt)
    expect_nothing_left(store)


def test_leftovers_of_a_killed_fetch_are_ignored_and_removed(source, store):
    left = store.parent / ".store.partial"
    left.mkdir()
    (left / "half").write_bytes(b"half")
    assert not period.exists()
    period.fetch()
    assert not left.exists()


def test_second_process_waits_for_the_first_fetch(fetched, offline):
    done = fetched.with_name("done")
    fetched.rename(done)
    lock = filelock.FileLock(fetched.with_name(".store.lock"))
    lock.acquire()
    told = []

    def report(what: str, *_: int) -> None:  # the other process ends meanwhile
        told.append(what)
        done.rename(fetched)
        lock.release()

    assert period.fetch(report) == fetched
    assert told == ["waiting for another process that is fetching the same files"]


@pytest.mark.parametrize("name", ["thesis.txt", "astor"])
def test_folder_with_other_files_is_not_replaced(offline, store, name):
    (store / name).mkdir(parents=True)
    with pytest.raises(InputError, match=rf"got one with {name} in it; set"):
        period.fetch()
    assert (store / name).is_dir()


def test_an_empty_folder_is_filled(source, store):
    store.mkdir()
    period.fetch()
    assert period.folder() == store


def test_unwritable_folder_is_reported(offline, store, monkeypatch):
    store.write_bytes(b"")
    for place in (store, store / "below"):
        monkeypatch.setenv("TF_EDUREKA_PERIOD_DIR", str(place))
        with pytest.raises(
            InputError, match=r"store.* cannot be written \(.*TF_EDUREKA_PERIOD_DIR"
        ):
            period.fetch()


@pytest.mark.parametrize(
    ("system", "variables", "expected"),
    [
        ("linux", {}, "/home/ada/.cache/tf_edureka"),
        ("linux", {"XDG_CACHE_HOME": "/caches"}, "/caches/tf_edureka"),
        ("linux", {"XDG_CACHE_HOME": "caches"}, "/home/ada/.cache/tf_edureka"),
        ("linux", {"TF_EDUREKA_PERIOD_DIR": ""}, "/home/ada/.cache/tf_edureka"),
        ("darwin", {"XDG_CACHE_HOME": "/caches"}, "/home/ada/Library/Caches/tf_edureka"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/tf_edureka"),
        ("win32", {}, "/home/ada/AppData/Local/tf_edureka"),
    ],
)
def test_default_folder_is_in_the_users_caches(monkeypatch, system, variables, expected):
    monkeypatch.setattr("sys.platform", system)
    monkeypatch.setenv("HOME", "/home/ada")
    for name in ("TF_EDUREKA_PERIOD_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert period.location() == Path(expected, "period-1.15.5")


def test_error_without_home_folder_names_the_variable(monkeypatch):
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("TF_EDUREKA_PERIOD_DIR", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    assert not period.exists()
    with pytest.raises(InputError, match="set TF_EDUREKA_PERIOD_DIR to a folder for them"):
        period.folder()


def test_command_fetches_and_prints_folder_and_licences(source, store, capsys):
    assert run.main(["--fetch-period"]) == 0
    printed = capsys.readouterr()
    assert f" into {store}\n" in printed.out
    assert "tensorflow 1.15.5: MIT" in printed.out
    assert printed.err.splitlines()[0].endswith(" MB to keep)")
    assert run.main(["--fetch-period"]) == 0
    printed = capsys.readouterr()
    assert f"{store} already has the Python files of TensorFlow 1.15.5" in printed.out
    assert printed.err == ""


def test_failed_fetch_of_the_command_is_one_error_line(offline, store, capsys):
    assert run.main(["--fetch-period", "no_script.py"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [line for line in printed.err.splitlines() if line.startswith("error: ")] == [
        printed.err.splitlines()[-1]
    ]


def test_the_command_fetches_before_it_runs_a_script(fetched, tmp_path, monkeypatch, capsys):
    given = []
    monkeypatch.setattr(
        run.script, "prepare", lambda program, arguments, **_: given.extend(arguments)
    )
    monkeypatch.setattr(run.script, "run", lambda program, **_: print("the script's"))
    (tmp_path / "script.py").write_text("")
    arguments = [str(tmp_path / "script.py"), "--fetch-period", "--", "x"]
    assert run.main(["--fetch-period", *arguments]) == 0
    printed = capsys.readouterr()
    assert given == arguments
    assert printed.out == "the script's\n"
    assert f"{fetched} already has" in printed.err


def test_script_or_fetch_option_is_required(capsys):
    assert run.main([]) == 2
    assert capsys.readouterr().err.startswith("error: the following arguments are required: SCRIPT")


def test_printed_sizes_are_those_of_the_real_files(period_packages):
    assert period.is_intact()
    store = period.folder()
    listed = (store / LIST).read_text().splitlines()
    kept = sum(int(line.split()[1]) for line in listed) + (store / LIST).stat().st_size
    assert kept == period.KEPT_BYTES
    for wheel in period.WHEELS:
        assert (store / wheel.package / "__init__.py").is_file()
        assert [*(store / period.LICENCES).glob(f"{wheel.name}-METADATA.txt")]
