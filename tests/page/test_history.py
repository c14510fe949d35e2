import json

import pytest

from tf_edureka.cli.run_record import FILES
from tf_edureka.errors import InputError, InputWarning
from tf_edureka.page import history
from tf_edureka.page.history import History

TOLD = {
    "cost": [0.5, None],
    "accuracy": [0.9, 0.95],
    "config": {
        "implementation": "modern",
        "recipe": "tuned",
        "distortion": None,
        "seed": 7,
        "limit": 500,
    },
    "data": "rendered",
    "data_sha256": "0" * 64,
}


@pytest.fixture
def read(tmp_path):
    """Reads the history of a run with this content; None for no file."""

    def with_content(content: str | bytes | None) -> History:
        (tmp_path / "model.keras").touch()
        if content is not None:
            content = content if isinstance(content, bytes) else content.encode()
            (tmp_path / "history.json").write_bytes(content)
        return history.read(tmp_path)

    return with_content


def test_file_names_are_those_of_train_mnist():
    assert {"history.json", history.MODEL} <= {*FILES}


def test_all_fields_are_read(read, tmp_path):
    assert read(json.dumps(TOLD)) == History(
        tmp_path,
        recipe="tuned",
        title="tuned recipe, seed 7",
        cost=(0.5, None),
        accuracies=(0.9, 0.95),
        data="rendered",
        fingerprint="0" * 64,
        limit=500,
    )


@pytest.mark.parametrize(
    ("config", "recipe", "title"),
    [
        ({"recipe": "article", "seed": 3}, "article", "article recipe, seed 3"),
        ({"recipe": "modern"}, "tuned", "tuned recipe"),  # the former name
        (
            {"recipe": "article", "implementation": "legacy", "seed": 0},
            "article",
            "article recipe, legacy, seed 0",
        ),
        ({"recipe": "tuned", "distortion": {"turn": 1}}, "tuned", "tuned recipe, augmented"),
        ({"recipe": "</script>", "seed": "</script>"}, "other", "a network"),
        ({"recipe": ["tuned"], "seed": -1, "limit": "x"}, "other", "a network"),
        (["tuned"], "other", "a network"),
        (None, "other", "a network"),
    ],
)
def test_title_is_made_of_recipe_and_seed(read, config, recipe, title):
    found = read(json.dumps({**TOLD, "config": config}))
    assert (found.recipe, found.title) == (recipe, title)
    assert found.cost == (0.5, None)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[1]",
        '"cost"',
        "{}",
        json.dumps(TOLD)[:-5],
        json.dumps({**TOLD, "cost": [1]}),
        json.dumps({**TOLD, "cost": "12"}),
        json.dumps({**TOLD, "accuracy": [1, "</script>"]}),
        json.dumps({**TOLD, "cost": [[1], 2]}),
        json.dumps({**TOLD, "cost": [10**400, 2]}),
        "[" * 100_000,
        b"\xff\xfe\x00",
    ],
    ids=lambda content: repr(content)[:30],
)
@pytest.mark.filterwarnings("always::tf_edureka.InputWarning")
def test_damaged_history_warns_and_gives_defaults(read, tmp_path, content):
    with pytest.warns(InputWarning, match="expected a history .* damaged one; the page shows no"):
        assert read(content) == History(tmp_path)


def test_missing_history_warns_and_gives_defaults(read, tmp_path):
    with pytest.warns(
        InputWarning, match="history.json: cannot be read .*; the page shows no hist"
    ):
        assert read(None) == History(tmp_path)


def test_nan_and_inf_become_none(read):
    assert read('{"cost": [NaN, Infinity, 1e999, 2], "accuracy": [0, 1, 1, 1]}').cost == (
        *(None, None, None),
        2.0,
    )


def test_folder_without_a_network_is_rejected(tmp_path):
    expected = "expected the folder of a train-mnist run with model.keras in it, got"
    with pytest.raises(InputError, match=f"{expected} a folder without model.keras"):
        history.read(tmp_path)
    with pytest.raises(InputError, match=f"{expected} nothing"):
        history.read(tmp_path / "absent")
    (tmp_path / "model.keras").touch()
    with pytest.raises(InputError, match=f"{expected} a file"):
        history.read(tmp_path / "model.keras")
