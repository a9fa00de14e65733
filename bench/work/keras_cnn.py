"""Small convolutional networks by one of the engines; prints its times as JSON.

    python keras_cnn.py ENGINE [BATCH]

ENGINE: penstock, penstock-plain (without native kernels), keras (Keras 3, its backend
by KERAS_BACKEND), torch. Two networks on random images of CIFAR-10's shape, batch 32 by
default:

base    conv 6 5x5, batch normalisation, relu, pool 2x2, dropout, dense 128, dense 10
block   conv 32 3x3, two residual blocks of ResNet-18's kind (32 and 64 filters), dense

The first epoch compiles; a step's time is the best of those that follow. Progress goes
to standard error; the last line on standard output is the JSON object.
"""

import json
import sys
import time

ENGINE = sys.argv[1]
BATCH = int(sys.argv[2]) if len(sys.argv) > 2 else 32
EPOCHS = 4
STEPS = {"base": 96, "block": 12}

import numpy as np  # noqa: E402


def images(name):
    draw = np.random.RandomState(0)
    count = BATCH * STEPS[name]
    x = draw.rand(count, 32, 32, 3).astype(np.float32)
    return x, draw.randint(0, 10, count).astype(np.int32)


def keras_models(keras) -> dict:
    layers = keras.layers
    base = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(6, 5, padding="same"),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.MaxPooling2D(2),
            layers.Dropout(0.2),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax"),
        ]
    )

    def unit(x, filters, strides=1):
        conv = layers.Conv2D(filters, 3, strides, padding="same", use_bias=False)
        return layers.BatchNormalization()(conv(x))

    def residual(x, filters, strides):
        y = layers.Activation("relu")(unit(x, filters, strides))
        y = unit(y, filters)
        if strides > 1:
            short = layers.Conv2D(filters, 1, strides, use_bias=False)(x)
            x = layers.BatchNormalization()(short)
        return layers.Activation("relu")(layers.Add()([x, y]))

    entry = keras.Input((32, 32, 3))
    x = layers.Activation("relu")(unit(entry, 32))
    x = residual(residual(x, 32, 1), 64, 2)
    x = layers.GlobalAveragePooling2D()(x)
    out = layers.Dense(10, activation="softmax")(x)
    return {"base": base, "block": keras.Model(entry, out)}


def by_keras(keras) -> dict:
    found = {}
    for name, model in keras_models(keras).items():
        times = []

        class Clock(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                self.began = time.perf_counter()

            def on_epoch_end(self, epoch, logs=None, times=times):
                times.append(time.perf_counter() - self.began)

        model.compile(
            optimizer="adam", loss="sparse_categorical_crossentropy",
            metrics=["sparse_categorical_accuracy"],
        )  # fmt: skip
        model.fit(
            *images(name), batch_size=BATCH, epochs=EPOCHS, callbacks=[Clock()],
            verbose=0,
        )  # fmt: skip
        found |= report(name, times)
    return found


def report(name, epochs) -> dict:
    return {
        f"{name}_step_ms": 1e3 * min(epochs[1:]) / STEPS[name],
        f"{name}_first_epoch_s": epochs[0],
    }


def by_torch() -> dict:
    """Eager, channels last, batches by index from memory, the fused Adam."""
    import torch
    from torch import nn

    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_default_device(device)

    class Residual(nn.Module):
        def __init__(self, size, filters, strides):
            super().__init__()
            self.first, self.second = (
                unit(size, filters, strides),
                unit(filters, filters),
            )
            self.short = nn.Identity()
            if strides > 1:
                self.short = unit(size, filters, strides, 1)

        def forward(self, x):
            y = self.second(torch.relu(self.first(x)))
            return torch.relu(self.short(x) + y)

    def unit(size, filters, strides=1, window=3):
        return nn.Sequential(
            nn.Conv2d(size, filters, window, strides, window // 2, bias=False),
            nn.BatchNorm2d(filters),
        )

    models = {
        "base": nn.Sequential(
            nn.Conv2d(3, 6, 5, padding=2), nn.BatchNorm2d(6), nn.ReLU(),
            nn.MaxPool2d(2), nn.Dropout(0.2), nn.Flatten(), nn.Linear(6 * 16 * 16, 128),
            nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 10),
        ),
        "block": nn.Sequential(
            unit(3, 32), nn.ReLU(), Residual(32, 32, 1), Residual(32, 64, 2),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10),
        ),
    }  # fmt: skip
    found = {}
    for name, model in models.items():
        model = model.to(memory_format=torch.channels_last)
        x, y = (torch.from_numpy(a).to(device) for a in images(name))
        x = x.permute(0, 3, 1, 2)  # NHWC in memory
        y = y.long()
        measure = nn.CrossEntropyLoss()
        optimizer = torch.optim.Adam(model.parameters(), fused=True)
        times = []
        for _ in range(EPOCHS):
            began = time.perf_counter()
            order = torch.randperm(len(x))
            right = torch.zeros((), dtype=torch.long)
            for i in range(0, len(x), BATCH):
                rows = order[i : i + BATCH]
                optimizer.zero_grad(set_to_none=True)
                logits = model(x[rows])
                measure(logits, y[rows]).backward()
                optimizer.step()
                right += (logits.detach().argmax(1) == y[rows]).sum()
            int(right)
            times.append(time.perf_counter() - began)
        found |= report(name, times)
    return found


def main() -> None:
    out, sys.stdout = sys.stdout, sys.stderr
    if ENGINE == "torch":
        found = by_torch()
    elif ENGINE.startswith("penstock"):
        import penstock

        found = by_keras(penstock.keras)
    else:
        import keras

        found = by_keras(keras)
    sys.stdout = out
    print(json.dumps(found))


if __name__ == "__main__":
    main()
