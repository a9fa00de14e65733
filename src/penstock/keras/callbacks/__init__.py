"""`tf.keras.callbacks`."""

from penstock.keras.callbacks.base import Callback
from penstock.keras.callbacks.callback_list import CallbackList
from penstock.keras.callbacks.checkpoints import BackupAndRestore, ModelCheckpoint
from penstock.keras.callbacks.logs import (
    BaseLogger,
    CSVLogger,
    History,
    LambdaCallback,
    ProgbarLogger,
    RemoteMonitor,
)
from penstock.keras.callbacks.rates import LearningRateScheduler, ReduceLROnPlateau
from penstock.keras.callbacks.stopping import EarlyStopping, TerminateOnNaN
from penstock.keras.callbacks.tensorboard import TensorBoard

__all__ = [
    "BackupAndRestore", "BaseLogger", "CSVLogger", "Callback", "CallbackList",
    "EarlyStopping", "History", "LambdaCallback", "LearningRateScheduler",
    "ModelCheckpoint", "ProgbarLogger", "ReduceLROnPlateau", "RemoteMonitor",
    "TensorBoard", "TerminateOnNaN",
]  # fmt: skip
