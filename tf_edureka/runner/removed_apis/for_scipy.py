"""Names of SciPy 1.2 and earlier. A repository after a name is one that uses it."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from tf_edureka.runner.removed_apis import scipy_images
from tf_edureka.runner.removed_apis.hook import add
from tf_edureka.runner.shims.registered import after
from tf_edureka.runner.wrapped import wrap

# Warnings that a name has moved; the old place still works.
_MOVED = r"Please (import|use) `\w+` from the `scipy\.|scipy\.misc is deprecated"


@after("warnings")
def _warnings(module: Any) -> None:
    warnings.filterwarnings("ignore", _MOVED, DeprecationWarning)


@after("scipy")
def _scipy(module: Any) -> None:
    """Removed in 1.4."""
    add(module, interp=np.interp)


@after("scipy.misc")
def _misc(module: Any) -> None:
    """Removed in 1.3: a sixth of the surveyed code, for instance carpedm20/DCGAN-tensorflow."""
    from scipy import special

    add(
        module,
        bytescale=scipy_images.to_bytes,
        comb=special.comb,
        factorial=special.factorial,
        fromimage=scipy_images.from_image,
        imread=scipy_images.read,
        imresize=scipy_images.resize,
        imrotate=scipy_images.rotate,
        imsave=scipy_images.save,
        logsumexp=special.logsumexp,
        toimage=scipy_images.to_image,
    )


@after("scipy.ndimage")
def _ndimage(module: Any) -> None:
    """Removed in 1.2: openai/glow, pfnet-research/sngan_projection."""
    add(module, imread=scipy_images.read)


@after("scipy.signal")
def _signal(module: Any) -> None:
    """Removed in 1.13: the windows are in `scipy.signal.windows`."""
    windows = module.windows
    add(module, hanning=windows.hann, **{name: getattr(windows, name) for name in windows.__all__})


@after("scipy.sparse")
def _sparse(module: Any) -> None:
    """`A` and `H` were removed in 1.14; the order of coordinates changed in 1.13."""
    add(module.spmatrix, A=property(lambda matrix: matrix.toarray()))
    add(module.spmatrix, H=property(lambda matrix: matrix.getH()))
    wrap(module.coo_matrix, "sum_duplicates", _by_columns)


def _by_columns(original: Callable[..., Any], self: Any) -> None:
    """Sorts by columns, as up to 1.12; a dropout mask depends on the order (PetarV-/GAT)."""
    if not self.has_canonical_format:
        original(self)
        order = np.lexsort((self.row, self.col))
        self.row, self.col, self.data = self.row[order], self.col[order], self.data[order]


@after("scipy.sparse.linalg.eigen")
def _eigen(module: Any) -> None:
    """This was a package up to 1.7."""
    module.__path__ = []


@after("scipy.sparse.linalg.eigen.arpack", "scipy.sparse.linalg.eigen.arpack.arpack")
def _arpack(module: Any) -> None:
    """Removed in 1.8: tkipf/gcn, PetarV-/GAT, matenure/FastGCN, thunlp/OpenNE."""
    from scipy.sparse import linalg

    names = ("ArpackError", "ArpackNoConvergence", "eigs", "eigsh", "svds")
    add(module, **{name: getattr(linalg, name) for name in names})
