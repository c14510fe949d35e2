import dataclasses

import numpy as np
import pytest

from tf_edureka import parity
from tf_edureka.errors import InputError
from tf_edureka.parity.article.bits import differing


def pair(one: float, other: float) -> parity.FirstDifference:
    return parity.first_difference(np.float32([[one]]), np.float32([[other]]))


def test_first_difference_is_found_with_its_bits():
    old = np.ones((3, 4), np.float32)
    new = old.copy()
    new[1, 2], new[1, 3], new[2, 0] = np.float32(1.0000001), 5, 7
    first = parity.first_difference(old, new)
    assert (first.step, first.index, first.old, first.new) == (1, 2, 1, np.float32(1.0000001))
    assert first.old.view(np.uint32) == 0x3F800000
    assert first.new.view(np.uint32) == 0x3F800001
    assert first.old_bits == "0 01111111 00000000000000000000000"
    assert first.new_bits == "0 01111111 00000000000000000000001"
    assert first.first_bit == 31
    assert str(first).splitlines() == [
        "step 1, number 2: 1.0 and 1.0000001",
        "0 01111111 00000000000000000000000",
        "0 01111111 00000000000000000000001",
        "                                 ^",
    ]


def test_each_differing_bit_is_marked_by_a_caret():
    # -0.75 = -1.5 * 2^-1, 2 = 1.0 * 2^1: sign, exponent (126 and 128) and first bit of the mantissa
    assert str(pair(-0.75, 2)).splitlines()[1:] == [
        "1 01111110 10000000000000000000000",
        "0 10000000 00000000000000000000000",
        "^ ^^^^^^^  ^",
    ]
    assert [pair(-0.75, 2).first_bit, pair(1, 2).first_bit, pair(1, 1.5).first_bit] == [0, 1, 9]


def test_bit_identical_arrays_have_no_difference():
    same = np.float32([[1, np.nan, -0.0]])
    assert parity.first_difference(same, same.copy()) is None
    assert parity.first_difference(same[:0], same[:0]) is None


def test_signed_zeros_and_different_nans_differ():
    assert pair(0.0, -0.0).first_bit == 0
    other_nan = np.uint32([[0x7FC00001]]).view(np.float32)
    assert differing(np.float32([[np.nan]]), other_nan).all()


def test_non_contiguous_arrays_are_compared():
    old = np.arange(6, dtype=np.float32).reshape(2, 3)
    new = np.asfortranarray(old)
    assert parity.first_difference(old, new) is None
    assert parity.first_difference(old[:, ::2], new[:, ::2]) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (np.zeros((2, 3), np.float32), np.zeros((2, 3))),
        (np.zeros((2, 3), np.float32), np.zeros((3, 2), np.float32)),
        (np.zeros(3, np.float32), np.zeros(3, np.float32)),
    ],
)
def test_arrays_of_other_dtype_or_shape_are_rejected(old, new):
    with pytest.raises(
        InputError, match=r"expected two float32 arrays of the same shape \(steps, n\)"
    ):
        parity.first_difference(old, new)


def test_first_difference_is_immutable():
    with pytest.raises(dataclasses.FrozenInstanceError):
        pair(1, 2).step = 5
