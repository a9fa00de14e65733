"""Optimizers with options, and the training each is followed through. NumPy only."""

import numpy as np

_random = np.random.RandomState(0)
X = _random.rand(320, 20).astype(np.float32)
Y = _random.randint(0, 5, 320)
WEIGHTS = [
    _random.randn(20, 16).astype(np.float32) * 0.3,
    np.zeros(16, np.float32),
    _random.randn(16, 5).astype(np.float32) * 0.3,
    np.zeros(5, np.float32),
]
STEPS = 20

ROWS = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.9, "nesterov": True}),
    ("SGD", {"learning_rate": 0.1, "clipnorm": 0.1}),
    ("SGD", {"learning_rate": 0.1, "clipvalue": 0.01}),
    ("SGD", {"learning_rate": 0.1, "global_clipnorm": 0.1}),
    ("SGD", {"weight_decay": 0.1}),
    ("SGD", {"use_ema": True, "ema_momentum": 0.9, "ema_overwrite_frequency": 5}),
    ("Adam", {"learning_rate": 0.01}),
    ("Adam", {"learning_rate": 0.01, "amsgrad": True}),
    ("Adam", {"learning_rate": 0.01, "adaptive_epsilon": True, "epsilon": 0.01}),
    ("AdamW", {"learning_rate": 0.01, "weight_decay": 0.1}),
    ("RMSprop", {}),
    ("RMSprop", {"momentum": 0.5, "centered": True}),
    ("Adagrad", {"learning_rate": 0.05}),
    ("Adadelta", {"learning_rate": 1.0}),
    ("Adamax", {"learning_rate": 0.01}),
    ("Nadam", {"learning_rate": 0.01}),
    ("Ftrl", {"learning_rate": 0.1}),
    (
        "Ftrl",
        {
            "learning_rate": 0.1, "l1_regularization_strength": 0.01,
            "l2_regularization_strength": 0.01,
            "l2_shrinkage_regularization_strength": 0.01, "beta": 0.1,
        },
    ),
    ("Lion", {"learning_rate": 0.001}),
    ("Adafactor", {"learning_rate": 0.01}),
]  # fmt: skip
#: Options of Keras 2's own optimizers (`tf_keras.optimizers.legacy`).
LEGACY = [
    ("SGD", {"lr": 0.1, "decay": 0.05}),
    ("SGD", {"lr": 0.1, "decay": 0.05, "momentum": 0.9}),
    ("Adam", {"lr": 0.01, "decay": 0.1}),
]
#: (schedule, options)
SCHEDULES = [
    ("ExponentialDecay", (0.1, 3, 0.5), {}),
    ("ExponentialDecay", (0.1, 3, 0.5), {"staircase": True}),
    ("InverseTimeDecay", (0.1, 3, 0.5), {}),
    ("PiecewiseConstantDecay", ([2, 5], [0.3, 0.2, 0.1]), {}),
    ("PolynomialDecay", (0.1, 6, 0.01), {"power": 2.0}),
    ("PolynomialDecay", (0.1, 3, 0.01), {"cycle": True}),
    ("CosineDecay", (0.1, 6), {"alpha": 0.1}),
    ("CosineDecay", (0.0, 6), {"warmup_target": 0.1, "warmup_steps": 3}),
    ("CosineDecayRestarts", (0.1, 2), {"m_mul": 0.5}),
]


def follow(keras, optimizer) -> dict:
    """Losses of `STEPS` steps, the weights after them, the optimizer's variables."""
    model = keras.Sequential(
        [
            keras.layers.Dense(16, activation="relu", input_shape=(20,), name="one"),
            keras.layers.Dense(5, activation="softmax", name="two"),
        ]
    )
    model.set_weights(WEIGHTS)
    model.compile(optimizer, "sparse_categorical_crossentropy")
    losses = []
    for i in range(STEPS):
        rows = slice(i * 16 % 320, i * 16 % 320 + 16)
        losses.append(float(model.train_on_batch(X[rows], Y[rows])))
    held = optimizer.variables
    held = held() if callable(held) else held
    return {
        "losses": losses,
        "weights": [float(np.abs(w).sum()) for w in model.get_weights()],
        "variables": [[v.name, v.shape.as_list()] for v in held],
    }


def rates(schedules) -> dict[str, list[float]]:
    """Each schedule at its first ten steps."""
    out = {}
    for i, (name, args, options) in enumerate(SCHEDULES):
        made = getattr(schedules, name)(*args, **options)
        out[f"{i} {name}"] = [float(np.asarray(made(step))) for step in range(10)]
    return out
