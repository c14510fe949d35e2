"""Lets Jupyter start the kernel "TensorFlow 1" without installing it."""

from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager

from tf_edureka.runner import kernel


class KernelSpecs(KernelSpecManager):
    """Finds the kernel "TensorFlow 1" under any name."""

    def get_kernel_spec(self, kernel_name: str) -> Any:
        """Returns the kernel's spec for any `kernel_name`."""
        return KernelSpec(**kernel.spec())
