"""`penstock doctor`: what this machine has, and what Penstock would do with it."""

from __future__ import annotations

import os
import platform
import sys
from importlib import metadata
from pathlib import Path

PACKAGES = (
    "jax jaxlib numpy ml_dtypes tensorboard protobuf h5py pillow google-crc32c"
    " fissix matplotlib pandas scikit-learn scipy"
).split()
DATASETS = {
    "mnist": "mnist.npz",
    "fashion_mnist": "fashion-mnist",
    "cifar10": "cifar-10-batches-py",
    "cifar100": "cifar-100-python",
    "imdb": "imdb.npz",
    "reuters": "reuters.npz",
    "boston_housing": "boston_housing.npz",
    "california_housing": "california_housing.npz",
}


def doctor() -> int:
    """Prints the report; 1 when a package that Penstock needs is missing."""
    missing = _versions()
    _devices()
    _kernels()
    _data()
    _cache()
    _bridges()
    return 1 if missing else 0


def _versions() -> list[str]:
    print(f"Python {platform.python_version()} ({sys.executable})")
    needed = set(PACKAGES[: PACKAGES.index("matplotlib")])
    missing = []
    print(f"  penstock in {Path(__file__).parents[1]}")
    for package in PACKAGES:
        try:
            version = metadata.version(package)
        except metadata.PackageNotFoundError:
            version = "not installed"
            if package in needed:
                missing.append(package)
                version += ": pip install penstock brings it"
        print(f"  {package} {version}")
    return missing


def _devices() -> None:
    print("Devices")
    try:
        from penstock.ops.xla import jax

        devices = jax.devices()
    except Exception as error:  # a broken driver must not hide the rest of the report
        print(f"  none: {type(error).__name__}: {error}")
        return
    for device in devices:
        print(f"  {device.platform}:{device.id} {device.device_kind}")


def _kernels() -> None:
    """This compiles them if nothing did so before: what is told was tried."""
    try:
        from penstock.kernels import native

        print(f"Kernels for the CPU: {native.told()}")
    except Exception as error:  # as above
        print(f"Kernels for the CPU: none: {type(error).__name__}: {error}")


def _data() -> None:
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    named = "KERAS_HOME" if os.environ.get("KERAS_HOME") else "default"
    print(f"Data sets in {home / 'datasets'} ({named})")
    for name, file in DATASETS.items():
        place = home / "datasets" / file
        archive = place.with_name(place.name + ".tar.gz")
        here = "there" if place.exists() or archive.exists() else "not there"
        print(f"  {name}: {here}")


def _cache() -> None:
    try:
        from penstock.ops.xla import jax

        folder = jax.config.jax_compilation_cache_dir
    except Exception:  # as above: said there already
        return
    if not folder:
        print("Compiled programs are not kept (PENSTOCK_COMPILE_CACHE is empty)")
        return
    files = [file for file in Path(folder).rglob("*") if file.is_file()]
    size = sum(file.stat().st_size for file in files) / 1e6
    print(f"Compiled programs in {folder}: {len(files)} files, {size:.1f} MB")


def _bridges() -> None:
    from penstock.cli.bridges import calls, table

    present, absent = table()
    print("Bridges (penstock run --no-bridges switches them off)")
    for bridge in present:
        print(f"  {bridge.module}: {bridge.what}")
    for part in absent:
        print(f"  {part.module}: where it is missing")
    print("  in the program's source: int(), float(), '%' of an array of one element,")
    print(f"    row[i] = such an array, and the methods {', '.join(calls.METHODS)}")
