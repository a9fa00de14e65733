"""Record what tf_keras gives for losses, metrics, optimizers and schedules.

With the reference's Python, from the repository's root:
    PYTHONPATH=src:. python tools/record/keras_training.py
Writes tests/fixtures/keras_*.json: initializers, layers_of_data, losses, metrics,
optimizers, training.
"""

from __future__ import annotations

import json
from pathlib import Path

import tensorflow as tf
import tf_keras
from tests.keras.initializers import rows as initializers
from tests.keras.layers_of_data import rows as layers_of_data
from tests.keras.losses import rows as losses
from tests.keras.metrics import rows as metrics
from tests.keras.optimizers import rows as optimizers
from tests.keras.training import rows as training

FIXTURES = Path(__file__).resolve().parents[2] / "tests" / "fixtures"


def write(name: str, values, tolerance: float, reason: str) -> None:
    versions = {"tensorflow": tf.__version__, "tf_keras": tf_keras.__version__}
    whole = {
        **versions, "tolerance": tolerance, "reason": reason, "values": values
    }  # fmt: skip
    (FIXTURES / f"{name}.json").write_text(json.dumps(whole, indent=0) + "\n")


def main() -> None:
    made = tf_keras.optimizers
    followed = [
        optimizers.follow(tf_keras, getattr(made, name)(**options))
        for name, options in optimizers.ROWS
    ]
    legacy = [
        optimizers.follow(tf_keras, getattr(made.legacy, name)(**options))
        for name, options in optimizers.LEGACY
    ]
    single = "float32 sums in another order"
    write("keras_initializers", initializers.measure(tf_keras), 1e-6, single)
    write("keras_losses", losses.measure(tf_keras.losses), 2e-6, single)
    write("keras_metrics", metrics.measure(tf_keras.metrics), 2e-6, single)
    write(
        "keras_layers_of_data", layers_of_data.measure(tf_keras, tf.constant), 1e-4,
        "pictures up to 255 in float32",
    )  # fmt: skip
    write(
        "keras_optimizers",
        {
            "rows": followed, "legacy": legacy,
            "schedules": optimizers.rates(made.schedules),
        },
        1e-5,
        "float32 rounding carried through 20 steps",
    )  # fmt: skip
    write(
        "keras_training",
        {
            "histories": training.histories(tf_keras),
            "hooks": training.hooks(tf_keras),
            "bars": training.bars(tf_keras),
            "written": training.written(tf_keras),
            "summaries": training.summaries(tf_keras),
        },
        1e-5,
        "float32 sums in another order",
    )  # fmt: skip


if __name__ == "__main__":
    main()
