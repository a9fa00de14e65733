"""Training steps of recurrent networks by one of the engines; prints times as JSON.

    python recurrent.py ENGINE

ENGINE: v1:MODULE (`dynamic_rnn` of a module that has the 1.x names), keras:MODULE (its
`fit`), torch:dynamic_rnn or torch:fit. Inputs are [64, 60, 1], as in the programs that
foretell a stock's price from the 60 days before.
"""

import importlib
import json
import sys
import time

KIND, NAME = sys.argv[1].split(":")

import numpy as np  # noqa: E402

BATCH, DAYS, STEPS, BLOCKS = 64, 60, 24, 4
draw = np.random.RandomState(0)
x = draw.rand(BATCH * STEPS, DAYS, 1).astype(np.float32)
y = draw.rand(BATCH * STEPS, 1).astype(np.float32)


def timed(block) -> dict[str, float]:
    """Milliseconds per step of the median block, the first apart."""
    times = []
    for _ in range(BLOCKS + 1):
        began = time.perf_counter()
        block()
        times.append((time.perf_counter() - began) / STEPS * 1e3)
    return {"step_ms": sorted(times[1:])[BLOCKS // 2]}


def by_sessions(tf) -> dict[str, float]:
    """LSTM 80, its last output, a dense layer; 1.x."""
    if not NAME.startswith("penstock"):
        tf.disable_v2_behavior()
    given = tf.placeholder(tf.float32, [None, DAYS, 1])
    wanted = tf.placeholder(tf.float32, [None, 1])
    cell = tf.nn.rnn_cell.BasicLSTMCell(80)
    outputs, _ = tf.nn.dynamic_rnn(cell, given, dtype=tf.float32)
    w = tf.Variable(tf.random_normal([80, 1], stddev=0.1))
    loss = tf.reduce_mean(tf.square(tf.matmul(outputs[:, -1], w) - wanted))
    train = tf.train.AdamOptimizer(0.001).minimize(loss)
    session = tf.Session()
    session.run(tf.global_variables_initializer())

    def block():
        for i in range(0, len(x), BATCH):
            feed = {given: x[i : i + BATCH], wanted: y[i : i + BATCH]}
            session.run([train, loss], feed)

    return timed(block)


def by_keras(keras) -> dict[str, float]:
    """LSTM 80, LSTM 100, a dense layer, by `fit`."""
    model = keras.Sequential(
        [
            keras.layers.LSTM(80, return_sequences=True, input_shape=(DAYS, 1)),
            keras.layers.LSTM(100),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer="adam", loss="mean_squared_error")
    return timed(lambda: model.fit(x, y, batch_size=BATCH, epochs=1, verbose=0))


def by_torch() -> dict[str, float]:
    """The same in eager PyTorch: both layers, or the first for `dynamic_rnn`."""
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_default_device(device)
    layers = [torch.nn.LSTM(1, 80, batch_first=True)]
    if NAME == "fit":
        layers.append(torch.nn.LSTM(80, 100, batch_first=True))
    last = torch.nn.Linear(100 if NAME == "fit" else 80, 1)
    weights = [p for m in (*layers, last) for p in m.parameters()]
    optimizer = torch.optim.Adam(weights, fused=True)
    given, wanted = torch.from_numpy(x).to(device), torch.from_numpy(y).to(device)

    def block():
        for rows in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad(set_to_none=True)
            h = given[rows]
            for layer in layers:
                h, _ = layer(h)
            loss = torch.nn.functional.mse_loss(last(h[:, -1]), wanted[rows])
            loss.backward()
            optimizer.step()
        loss.item()

    return timed(block)


def main() -> None:
    if KIND == "torch":
        found = by_torch()
    elif KIND == "v1":
        found = by_sessions(importlib.import_module(NAME))
    else:
        found = by_keras(importlib.import_module(NAME))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
