"""Float32 matrix products for which XLA searches the fastest program on a GPU.

While TF32 is disabled, TensorFlow 2.21 requests the highest precision for every product, and XLA
uses cuBLAS without a search. With TF32 enabled, XLA generates several programs, times them and uses
the fastest; a product that explicitly requests float32 stays in float32. TensorFlow has no op for
such a request, but it has one for a StableHLO program, which can make it.
"""

import contextlib
import functools
from collections.abc import Iterator
from typing import Any

from tf_edureka._tensorflow import tf

_VERSION = 10  # version of the op for a StableHLO program
# Factors and sums in float32; each factor as one number, not as a sum of rounded parts.
_FLOAT32 = (
    "algorithm = <lhs_precision_type = f32, rhs_precision_type = f32, accumulation_type = f32, "
    "lhs_component_count = 1, rhs_component_count = 1, num_primitive_operations = 1, "
    "allow_imprecise_accumulation = false>"
)
_ROUNDED = ("MatMul", "Einsum", "Conv")  # parts of the names of ops that TF32 would affect
_Shape = tuple[int, int]


def search_platform(tensor: tf.Tensor) -> str | None:
    """Returns the platform on which XLA searches the program of a product.

    Args:
        tensor: tensor of any shape and dtype on the device that will compute.

    Returns:
        XLA's name of the platform; None where it does not search, such as on CPUs.
    """
    return "CUDA" if "GPU:" in tensor.device and tf.test.is_built_with_cuda() else None


@contextlib.contextmanager
def explicit_float32(platform: str) -> Iterator[None]:
    """Makes float32 products that are traced in the block request float32 explicitly.

    Affects products of two matrices with known shapes, and their gradients; others are unchanged.
    Use `tf32_changes_nothing` to check whether others exist.

    Args:
        platform: platform from `search_platform`.
    """
    from tensorflow.python.ops import gen_math_ops

    plain = gen_math_ops.mat_mul

    def mat_mul(
        a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False, **more: Any
    ) -> tf.Tensor:
        if transpose_a or transpose_b or not (_is_float32_matrix(a) and _is_float32_matrix(b)):
            return plain(a, b, transpose_a, transpose_b, **more)
        return _product(platform, a, b)

    gen_math_ops.mat_mul = mat_mul
    try:
        yield
    finally:
        gen_math_ops.mat_mul = plain


def tf32_changes_nothing(graph: tf.Graph) -> bool:
    """True if TF32 would leave all results of a graph unchanged.

    Args:
        graph: graph of a traced function, with the functions it calls.

    Returns:
        True if every product and convolution requests float32 explicitly or has another dtype.
    """
    definition = graph.as_graph_def()
    nodes = [
        *definition.node,
        *(node for one in definition.library.function for node in one.node_def),
    ]
    return not any(
        any(part in node.op for part in _ROUNDED)
        and node.attr["T"].type == tf.float32.as_datatype_enum
        for node in nodes
    )


def _is_float32_matrix(factor: Any) -> bool:
    return (
        tf.is_tensor(factor)
        and factor.dtype == tf.float32
        and factor.shape.rank == 2
        and factor.shape.is_fully_defined()
    )


def _product(platform: str, a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    @tf.custom_gradient
    def product(a: tf.Tensor, b: tf.Tensor) -> tuple[tf.Tensor, Any]:
        def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            return _contract(platform, upstream, b, 1, 1), _contract(platform, a, upstream, 0, 0)

        return _contract(platform, a, b, 1, 0), gradient

    return product(a, b)


def _contract(platform: str, a: tf.Tensor, b: tf.Tensor, axis_a: int, axis_b: int) -> tf.Tensor:
    """Returns the product summed over dimension `axis_a` of `a` and `axis_b` of `b`."""
    from tensorflow.compiler.tf2xla.python import xla

    shape = a.shape[1 - axis_a], b.shape[1 - axis_b]
    program = _program(tuple(a.shape), tuple(b.shape), shape, axis_a, axis_b)
    (found,) = xla.call_module(
        [a, b],
        version=_VERSION,
        module=program,
        Tout=[tf.float32],
        Sout=[shape],
        platforms=[platform],
    )
    return found


@functools.cache
def _program(a: _Shape, b: _Shape, product: _Shape, axis_a: int, axis_b: int) -> str:
    """Returns the StableHLO program of a product with the given shapes."""
    factors = f"{_type(a)}, {_type(b)}"
    return f"""
module @product {{
  func.func public @main(%a: {_type(a)}, %b: {_type(b)}) -> {_type(product)} {{
    %product = stablehlo.dot_general %a, %b,
        contracting_dims = [{axis_a}] x [{axis_b}], {_FLOAT32} : ({factors}) -> {_type(product)}
    return %product : {_type(product)}
  }}
}}
"""


def _type(shape: _Shape) -> str:
    return f"tensor<{shape[0]}x{shape[1]}xf32>"
