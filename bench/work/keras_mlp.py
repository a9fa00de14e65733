"""The 784-128-10 model by one of the engines; prints its times as JSON.

    python keras_mlp.py ENGINE DATA.npz

ENGINE: penstock, keras (Keras 3, its backend by KERAS_BACKEND), tf_keras, torch, scan.
DATA.npz holds x_train, y_train, x_test (uint8 images [n, 28, 28]). Progress goes to
standard error; the last line on standard output is the JSON object.
"""

import json
import sys
import time

began = time.perf_counter()
ENGINE, DATA = sys.argv[1:3]
BATCH, EPOCHS = 32, 4

import numpy as np  # noqa: E402


def arrays():
    with np.load(DATA, allow_pickle=False) as kept:
        x, y, t = kept["x_train"], kept["y_train"], kept["x_test"]
    scale = np.float32(255)
    return x.astype(np.float32) / scale, y, t.astype(np.float32) / scale


def by_keras(keras) -> dict:
    x, y, t = arrays()
    ends: list[float] = []

    class Clock(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.began = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            if not ends:
                first.append(time.perf_counter() - began)
            ends.append(time.perf_counter() - self.began)

    first: list[float] = []
    model = keras.Sequential(
        [
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        optimizer="adam", loss="sparse_categorical_crossentropy",
        metrics=["sparse_categorical_accuracy"],
    )  # fmt: skip
    model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, callbacks=[Clock()])
    predicted = []
    for _ in range(4):
        at = time.perf_counter()
        model.predict(t)
        predicted.append(time.perf_counter() - at)
    return report(first[0], ends, predicted)


def report(first, epochs, predicted) -> dict:
    return {
        "to_first_epoch_s": first,
        "epoch_s": sorted(epochs[1:])[len(epochs[1:]) // 2],
        "predict_s": sorted(predicted[1:])[len(predicted[1:]) // 2],
    }


def by_torch() -> dict:
    """Eager, batches by index from memory, the fused Adam."""
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_default_device(device)
    x, y, t = (torch.from_numpy(np.ascontiguousarray(a)).to(device) for a in arrays())
    y = y.long()
    model = torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(784, 128), torch.nn.ReLU(),
        torch.nn.Linear(128, 10),
    )  # fmt: skip
    measure = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    first, epochs, predicted = 0.0, [], []
    for _ in range(EPOCHS):
        at = time.perf_counter()
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
        epochs.append(time.perf_counter() - at)
        first = first or time.perf_counter() - began
    for _ in range(4):
        at = time.perf_counter()
        with torch.no_grad():
            rows = [model(t[i : i + 32]) for i in range(0, len(t), 32)]
            torch.cat(rows).softmax(1).cpu()
        predicted.append(time.perf_counter() - at)
    return report(first, epochs, predicted)


def by_scan() -> dict:
    """An epoch as one hand-written `lax.scan`: the least that XLA needs."""
    import functools

    import jax
    import jax.numpy as jnp

    x, y, t = arrays()
    x, y, t = jnp.asarray(x), jnp.asarray(y.astype(np.int32)), jnp.asarray(t)
    random = np.random.RandomState(0)
    weights = [
        jnp.asarray(random.randn(784, 128) * 0.05, jnp.float32), jnp.zeros(128),
        jnp.asarray(random.randn(128, 10) * 0.1, jnp.float32), jnp.zeros(10),
    ]  # fmt: skip
    blank = [jnp.zeros_like(w) for w in weights]

    def logits(w, x):
        hidden = jax.nn.relu(x.reshape(len(x), -1) @ w[0] + w[1])
        return hidden @ w[2] + w[3]

    def loss(w, x, y):
        out = logits(w, x)
        cost = -jnp.take_along_axis(jax.nn.log_softmax(out), y[:, None], 1).mean()
        return cost, (out.argmax(-1) == y).mean()

    @functools.partial(jax.jit, donate_argnums=0)
    def epoch(state, x, y, index):
        def step(state, rows):
            w, m, v, n = state
            (cost, right), grads = jax.value_and_grad(loss, has_aux=True)(
                w, x[rows], y[rows]
            )
            n = n + 1
            rate = 1e-3 * jnp.sqrt(1 - 0.999**n) / (1 - 0.9**n)
            m = [a + (g - a) * 0.1 for a, g in zip(m, grads, strict=True)]
            v = [a + (g * g - a) * 0.001 for a, g in zip(v, grads, strict=True)]
            w = [
                a - rate * b / (jnp.sqrt(c) + 1e-7)
                for a, b, c in zip(w, m, v, strict=True)
            ]
            return (w, m, v, n), (cost, right)

        state, (costs, right) = jax.lax.scan(step, state, index)
        return state, costs.mean(), right.mean()

    first, epochs, predicted = 0.0, [], []
    state = (weights, blank, [b + 0 for b in blank], jnp.float32(0))
    for _ in range(EPOCHS):
        at = time.perf_counter()
        order = np.random.permutation(len(x))[: len(x) // BATCH * BATCH]
        index = jnp.asarray(order.reshape(-1, BATCH).astype(np.int32))
        state, cost, _ = epoch(state, x, y, index)
        float(cost)
        epochs.append(time.perf_counter() - at)
        first = first or time.perf_counter() - began
    whole = jax.jit(lambda w, t: jax.nn.softmax(logits(w, t)))
    for _ in range(4):
        at = time.perf_counter()
        np.asarray(whole(state[0], t))
        predicted.append(time.perf_counter() - at)
    return report(first, epochs, predicted)


def main() -> None:
    out, sys.stdout = sys.stdout, sys.stderr
    if ENGINE == "torch":
        found = by_torch()
    elif ENGINE == "scan":
        found = by_scan()
    elif ENGINE == "penstock":
        import penstock

        found = by_keras(penstock.keras)
    elif ENGINE == "tf_keras":
        import tf_keras

        found = by_keras(tf_keras)
    else:
        import keras

        found = by_keras(keras)
    sys.stdout = out
    print(json.dumps(found))


if __name__ == "__main__":
    main()
