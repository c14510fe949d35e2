"""Names of scikit-learn 0.19 and earlier. A repository after a name is one that uses it."""

import copy
import importlib
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from tf_edureka.runner.removed_apis.hook import add, rename_argument
from tf_edureka.runner.shims.registered import after
from tf_edureka.runner.wrapped import wrap


@after("sklearn.cross_validation")
def _cross_validation(module: Any) -> None:
    """Removed in 0.20: domluna/memn2n, lehaifeng/T-GCN. Its splitters had other arguments."""
    selection = importlib.import_module("sklearn.model_selection")
    add(
        module,
        cross_val_score=selection.cross_val_score,
        train_test_split=selection.train_test_split,
    )


@after("sklearn.model_selection")
def _model_selection(module: Any) -> None:
    """Stratified folds changed in 0.22: ChenglongChen/tensorflow-DeepFM."""
    check = importlib.import_module("sklearn.utils").check_random_state

    def make_test_folds(original: Callable[..., Any], self: Any, X: Any, y: Any = None) -> Any:
        checking = copy.copy(self)
        # A seed of its own, so that no shared generator is advanced.
        checking.random_state = 0 if self.shuffle else None
        original(checking, X, y)
        labels = np.asarray(y).ravel()
        folds = np.empty(len(labels), int)
        state = check(self.random_state) if self.shuffle else None
        each = module.KFold(self.n_splits, shuffle=self.shuffle, random_state=state)
        for label in np.unique(labels):
            places = np.flatnonzero(labels == label)
            parts = each.split(np.empty(max(len(places), self.n_splits)))
            for fold, (_, part) in enumerate(parts):
                folds[places[part[part < len(places)]]] = fold
        return folds

    wrap(module.StratifiedKFold, "_make_test_folds", make_test_folds)


@after("sklearn.externals")
def _externals(module: Any) -> None:
    """Removed in 0.23: scikit-learn no longer contains a copy of joblib."""
    add(module, joblib=importlib.import_module("joblib"))


@after("sklearn.externals.joblib")
def _joblib(module: Any) -> None:
    add(module, **vars(importlib.import_module("joblib")))


@after("sklearn.base")
def _base(module: Any) -> None:
    """Since 1.6 the first base class determines the kind of an estimator.

    A classifier whose first base is `BaseEstimator` no longer counts as a classifier, which changes
    its folds: ageron/handson-ml.
    """
    kinds = {
        module.ClassifierMixin: ("classifier", "classifier_tags", "ClassifierTags"),
        module.RegressorMixin: ("regressor", "regressor_tags", "RegressorTags"),
    }

    def tags(original: Callable[..., Any], self: Any) -> Any:
        found = original(self)
        for mixin, (kind, field, tags_of_kind) in kinds.items():
            if isinstance(self, mixin) and found.estimator_type is None:
                found.estimator_type = kind
                setattr(found, field, getattr(module, tags_of_kind)())
                found.target_tags.required = True
        return found

    if hasattr(module.BaseEstimator, "__sklearn_tags__"):
        wrap(module.BaseEstimator, "__sklearn_tags__", tags)


@after("sklearn.manifold")
def _manifold(module: Any) -> None:
    """An argument was renamed in 1.5: ageron/handson-ml."""
    if "max_iter" in inspect.signature(module.TSNE).parameters:
        rename_argument(module.TSNE, "__init__", "n_iter", "max_iter")


@after("sklearn.metrics")
def _metrics(module: Any) -> None:
    """Two arguments were merged into one in 1.6: ChenglongChen/tensorflow-DeepFM."""

    def make_scorer(
        original: Callable[..., Any],
        *arguments: Any,
        needs_proba: bool = False,
        needs_threshold: bool = False,
        **named: Any,
    ) -> Any:
        if needs_proba:
            named["response_method"] = "predict_proba"
        elif needs_threshold:
            named["response_method"] = ("decision_function", "predict_proba")
        return original(*arguments, **named)

    wrap(module, "make_scorer", make_scorer)


@after("sklearn.linear_model")
def _linear_model(module: Any) -> None:
    """Since 1.2 a tolerance of -inf (never stop early) is rejected: ageron/handson-ml."""
    for name in ("Perceptron", "SGDClassifier", "SGDRegressor"):
        constraints = getattr(getattr(module, name), "_parameter_constraints", None)
        if constraints is not None:
            constraints["tol"] = "no_validation"
