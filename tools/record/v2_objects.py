"""Write `tests/fixtures/v2_objects/ckpt-3` with TensorFlow.

ORACLE/bin/python tools/record/v2_objects.py
"""

import sys
import tempfile
from pathlib import Path
from shutil import copy

import tensorflow as tf

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from v2.test_checkpoint import net_class  # noqa: E402

with tempfile.TemporaryDirectory() as folder:
    checkpoint = tf.train.Checkpoint(step=tf.Variable(3), net=net_class(tf)(100.0))
    manager = tf.train.CheckpointManager(checkpoint, folder, max_to_keep=2)
    for _ in range(3):
        checkpoint.step.assign_add(1)
        manager.save()
    for file in Path(folder).glob("ckpt-3.*"):
        copy(file, ROOT / "tests" / "fixtures" / "v2_objects")
