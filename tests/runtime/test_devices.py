"""GPUs are listed and configured before JAX takes hold of them.

A driver of two GPUs and JAX's plugin are played by modules on the path of a process of
its own; nothing is computed on them.
"""

import os
import subprocess
import sys

import pytest

DRIVER = """
class NVMLError(Exception): pass
class Memory: total = 80 * 2**30
nvmlInit = nvmlShutdown = lambda: None
nvmlDeviceGetCount = lambda: 2
nvmlDeviceGetHandleByIndex = lambda n: n
nvmlDeviceGetName = lambda n: f"NVIDIA Model {n}"
nvmlDeviceGetCudaComputeCapability = lambda n: (9, n)
nvmlDeviceGetMemoryInfo = lambda n: Memory
"""
HEAD = """
import os, sys
import penstock as tf
gpus = tf.config.list_physical_devices("GPU")
def told():
    names = "XLA_PYTHON_CLIENT_PREALLOCATE", "XLA_PYTHON_CLIENT_MEM_FRACTION"
    names += "CUDA_VISIBLE_DEVICES", "JAX_PLATFORMS"
    print([os.environ.get(n) for n in names], "jax" in sys.modules)
"""


@pytest.fixture
def machine(tmp_path):
    """A function that runs a program where two GPUs seem to be."""
    (tmp_path / "pynvml.py").write_text(DRIVER, encoding="utf-8")
    (tmp_path / "jax_cuda13_plugin.py").write_text("", encoding="utf-8")

    def run(program, **settings):
        paths = [str(tmp_path), os.environ.get("PYTHONPATH", "")]
        environment = {
            k: v
            for k, v in os.environ.items()
            if k not in ("JAX_PLATFORMS", "CUDA_VISIBLE_DEVICES")
        } | {"PYTHONPATH": os.pathsep.join(paths), **settings}
        done = subprocess.run(
            [sys.executable, "-c", HEAD + program],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return run


@pytest.mark.parametrize(
    "visible, seen",
    [(None, ["0", "1"]), ("1", ["1"]), ("", []), ("-1", []), ("1,0", ["1", "0"])],
)
def test_gpus_are_told_by_the_driver(machine, visible, seen):
    settings = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}
    lines = machine(
        "for g in gpus: print(g.name, tf.config.experimental.get_device_details(g))\n"
        "told()",
        **settings,
    )
    *models, settings = lines
    assert models == [
        f"/physical_device:GPU:{n} {{'device_name': 'NVIDIA Model {gpu}', "
        f"'compute_capability': (9, {gpu})}}"
        for n, gpu in enumerate(seen)
    ]
    assert settings.endswith("False")


@pytest.mark.parametrize(
    "program, told",
    [
        ("for g in gpus: tf.config.experimental.set_memory_growth(g, True)",
         ["false", None, None, None]),
        ("tf.config.set_visible_devices(gpus[1], 'GPU')", [None, None, "1", None]),
        ("tf.config.set_visible_devices([], 'GPU')", [None, None, None, "cpu"]),
        ("tf.config.set_logical_device_configuration(gpus[0], "
         "[tf.config.LogicalDeviceConfiguration(memory_limit=8192)])",
         [None, "0.1", None, None]),
    ],
)  # fmt: skip
def test_wishes_reach_the_device_before_it_starts(machine, program, told):
    (line,) = machine(f"{program}\ntold()")
    assert line == f"{told} False"


def test_hidden_gpus_stay_listed(machine):
    lines = machine(
        "tf.config.set_visible_devices(gpus[:1], 'GPU')\n"
        "print(len(tf.config.list_physical_devices('GPU')))\n"
        "print(tf.config.list_logical_devices('GPU'))"
    )
    assert lines == ["2", "[LogicalDevice(name='/device:GPU:0', device_type='GPU')]"]
