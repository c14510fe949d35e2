"""What old scripts ask of NumPy, SciPy and Pillow, and what it comes to; printed as JSON.

With Python 3.7, NumPy 1.18.5, SciPy 1.2.3 and Pillow 6.2.2 it prints `old_libraries.json`.
"""
# ruff: noqa: B905, NPY001, NPY002, NPY003, NPY201, UP

import hashlib
import io
import json
import pickle
import sys
import warnings

import numpy as np
import scipy.signal
import scipy.sparse
from PIL import Image
from scipy import misc, ndimage
from scipy.ndimage.filters import gaussian_filter
from scipy.sparse.linalg.eigen.arpack import eigsh

warnings.simplefilter("ignore")
draw = np.random.RandomState(0)
RAGGED = [[1, 2], [3]]
ARRAYS = {
    "bytes": draw.randint(0, 256, (13, 17)).astype(np.uint8),
    "bytes RGB": draw.randint(0, 256, (13, 17, 3)).astype(np.uint8),
    "bytes RGBA": draw.randint(0, 256, (13, 17, 4)).astype(np.uint8),
    "float64": draw.randn(13, 17),
    "float32 RGB": draw.randn(13, 17, 3).astype(np.float32),
    "float16": draw.randn(13, 17).astype(np.float16),
    "channels first": draw.rand(3, 13, 17),
    "channels second": draw.rand(13, 3, 17),
    "int64": draw.randint(-5, 900, (13, 17)),
    "constant": np.ones((4, 5)),
}


def told(value):
    """A value as text; a large array as its type, its shape and a hash of its bytes."""
    if not isinstance(value, np.ndarray):
        return f"{type(value).__name__} {value}"
    if value.dtype == object or value.size < 10:
        return f"{type(value).__name__} {value.dtype} {value.tolist()}"
    bits = np.ascontiguousarray(value).tobytes()
    return f"{value.dtype} {value.shape} {hashlib.sha256(bits).hexdigest()[:16]}"


def result(function):
    """The result of a function, or the type of its error."""
    try:
        return told(function())
    except Exception as error:
        return type(error).__name__


def saved(array, kind):
    """An image that has been written and read again."""
    file = io.BytesIO()
    misc.imsave(file, array, kind)
    return misc.imread(file)


def loaded(*arguments, **named):
    """An array of objects that has been written and read again."""
    file = io.BytesIO()
    np.save(file, RAGGED)
    file.seek(0)
    return np.load(file, *arguments, **named)


def of_an_image(mode, **named):
    """A picture in a mode of Pillow's, as SciPy read it."""
    file = io.BytesIO()
    picture = Image.fromarray(ARRAYS["bytes" if mode == "L" else "bytes RGB"])
    picture = picture.quantize(32) if mode == "P" else picture.convert(mode)
    picture.save(file, "png")
    return misc.imread(file, **named)


def sixteen_bits():
    """A grey picture of 16 bits."""
    file = io.BytesIO()
    Image.fromarray(np.arange(0, 60000, 1000, dtype=np.uint16).reshape(6, 10)).save(file, "png")
    return misc.imread(file)


def in_coordinates():
    """The order of the entries of a sparse matrix that has been cast."""
    entries = [1, 2, 3, 4], ([1, 0, 0, 0], [1, 2, 0, 2])
    cast = scipy.sparse.coo_matrix(entries).astype(np.float32)
    return [cast.row.tolist(), cast.col.tolist(), cast.data.tolist()]


def images():
    """Everything that is done to pictures."""
    for name, array in ARRAYS.items():
        yield f"bytescale {name}", lambda array=array: misc.bytescale(array)
        for named in ({}, {"cmin": 0, "cmax": 1}, {"high": 200, "low": 10}, {"mode": "F"}):
            yield (
                f"toimage {name} {named}",
                lambda array=array, named=named: np.array(misc.toimage(array, **named)),
            )
        for size in ((7, 9), [30, 40], 50, 2.5, (9, 9, 3)):
            for kind in ("bilinear", "bicubic", "lanczos", "nearest"):
                if (name, kind) == ("bytes RGBA", "nearest"):
                    continue  # Pillow treated transparent pixels as darker
                yield (
                    f"imresize {name} {size} {kind}",
                    lambda array=array, size=size, kind=kind: misc.imresize(array, size, kind),
                )
        yield f"imresize {name} F", lambda array=array: misc.imresize(array, (7, 9), mode="F")
        yield f"imrotate {name}", lambda array=array: misc.imrotate(array, 30)
        yield f"imsave {name}", lambda array=array: saved(array, "png")
    for mode in ("RGB", "RGBA", "L", "1", "P"):
        for named in ({}, {"flatten": True}, {"mode": "RGB"}, {"flatten": True, "mode": "YCbCr"}):
            yield (
                f"imread {mode} {named}",
                lambda mode=mode, named=named: of_an_image(mode, **named),
            )
    yield "imread 16 bits", sixteen_bits


LIBRARIES = {
    "eigsh": lambda: eigsh(scipy.sparse.diags([1.0, 2.0, 5.0, 3.0]), 1, which="LM")[0].round(9),
    "hann": lambda: scipy.signal.hann(5),
    "gaussian": lambda: scipy.signal.gaussian(5, 1.5),
    "interp": lambda: scipy.interp(0.5, [0, 1], [0, 2]),
    "ndimage.imread": lambda: ndimage.imread is not None,
    "gaussian_filter": lambda: gaussian_filter(np.eye(4), 1).round(9),
    "coordinates": in_coordinates,
    "sparse A": lambda: scipy.sparse.csr_matrix(np.eye(2)).A,
    "ANTIALIAS": lambda: np.array(Image.fromarray(ARRAYS["bytes"]).resize((5, 5), Image.ANTIALIAS)),
}
NUMPY = {
    "ragged": lambda: np.array(RAGGED),
    "ragged tuple": lambda: np.array(([1], 2), copy=False),
    "ragged asarray": lambda: np.asarray(RAGGED),
    "ragged with a type": lambda: np.array(RAGGED, np.int32),
    "ragged with no type": lambda: np.array(RAGGED, None),
    "ragged below": lambda: np.array([[1, 2], [3, [4]]]),
    "ragged rows": lambda: np.array(list(zip(np.zeros((3, 2)), np.zeros((3, 4))))).shape,
    "ragged as none": lambda: np.array([np.zeros((3, 2)), np.zeros((3, 4))]),
    "copy only where it has to be": lambda: np.array([1, 2], copy=False),
    "load with allow_pickle": lambda: loaded(None, True),
    "load without": lambda: loaded(allow_pickle=False),
    "mat": lambda: np.mat("1 2; 3 4") * np.mat([[1], [2]]),
    "cast": lambda: np.cast["int32"]([1.7, -1.7]),
    "cast a number": lambda: np.cast[np.float32](2),
    "asfarray": lambda: np.asfarray([1, 2]),
    "asfarray of no floats": lambda: np.asfarray([1], dtype=np.int32),
    "lib.pad": lambda: np.lib.pad([1], 1, "constant"),
    "loads": lambda: np.loads(pickle.dumps(3)),
    "Inf": lambda: [np.Inf, np.infty, np.NaN, np.NAN],
    "product": lambda: np.product([2, 3]),
    "asscalar": lambda: np.asscalar(np.array([2.5])),
    "float": lambda: np.array([1], np.float),
    "in1d": lambda: np.in1d([1, 2], [2]),
    "trapz": lambda: np.trapz([1.0, 2, 3]),
    "fromstring": lambda: np.fromstring(b"1234", np.uint8),
    "fromstring of text": lambda: np.fromstring("1 2", sep=" "),
    "reshape": lambda: np.reshape([1, 2], newshape=(2, 1)),
    "a structure": lambda: str(np.zeros(1, [("a", complex), ("b", int)])),
    "scalars": lambda: [np.float32(1.5), np.bool_(True), (np.int64(3),)],
}
for arrays, scalars in (
    (["f4", "i8"], ["c8"]),
    (["f4"], ["i8", "f8"]),
    (["i4"], ["f4"]),
    ([], ["i4", "f4"]),
    (["u1"], ["i8"]),
    (["i1", "u1"], []),
    (["f2"], ["c16"]),
    (["b1"], ["i4"]),
):
    NUMPY[f"find_common_type {arrays} {scalars}"] = lambda a=arrays, s=scalars: str(
        np.find_common_type(a, s)
    )
# Behaviour that NumPy 2.1 is the last to have.
UP_TO_2_1 = {
    "float of an array": lambda: float(np.array([1.0])),
    "int of an array": lambda: int(np.array([[3]])),
    "truth of nothing": lambda: bool(np.array([])),
    "a large number": lambda: np.uint8([1]) + 300,
    "a large number in an array": lambda: np.array([300, -1], dtype=np.uint8),
    "tostring": lambda: np.zeros(1, np.uint8).tostring(),
}
PROMOTED = {
    "float32 and a number": lambda: np.float32(1) + 0.1,
    "float32 and a float64": lambda: np.ones(2, np.float32) + np.float64(0.1),
    "a sum": lambda: sum(np.array([0.1, 0.2], np.float32)),
}

if __name__ == "__main__":
    parts = {"images": dict(images()), "libraries": LIBRARIES, "numpy": NUMPY}
    parts.update({"promoted": PROMOTED, "up to 2.1": UP_TO_2_1})
    found = {
        part: {name: result(function) for name, function in functions.items()}
        for part, functions in parts.items()
    }
    json.dump(found, sys.stdout, indent=1, sort_keys=True)
    print()
