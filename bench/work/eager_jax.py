"""The steps of eager_steps.py written for JAX by hand: one jitted call a step."""

import json
import time

import jax
import jax.numpy as jnp
import numpy as np

ROUNDS = 5


def timed(function, steps):
    function(max(steps // 4, 1))
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        function(steps)
        best = min(best, time.perf_counter() - started)
    return best / steps * 1e6


draw = np.random.RandomState(0)
x_iris = draw.rand(120, 4).astype(np.float32)
y_iris = draw.randint(0, 3, 120)
batches = [(x_iris[i : i + 32], y_iris[i : i + 32]) for i in range(0, 120, 32)]


def iris_loss(params, x, y):
    w, b = params
    out = jax.nn.softmax(x @ w + b)
    return jnp.mean(jnp.square(jax.nn.one_hot(y, 3) - out))


def mlp_loss(params, x, y):
    w1, b1, w2, b2 = params
    logits = jax.nn.relu(x @ w1 + b1) @ w2 + b2
    picked = jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], 1)
    return -jnp.mean(picked)


def stepper(loss, rate):
    def step(params, x, y):
        value, grads = jax.value_and_grad(loss)(params, x, y)
        return [p - rate * g for p, g in zip(params, grads, strict=True)], value

    return jax.jit(step, donate_argnums=0)


iris_step, mlp_step = stepper(iris_loss, 0.1), stepper(mlp_loss, 0.01)


def iris(steps):
    params = [jnp.full((4, 3), 0.1), jnp.zeros(3)]
    for _ in range(steps // 4):
        total = 0.0
        for x, y in batches:
            params, loss = iris_step(params, x, y)
            total += float(loss)


x_mlp = jnp.asarray(draw.rand(32, 784).astype(np.float32))
y_mlp = jnp.asarray(draw.randint(0, 10, 32))


def mlp(steps):
    first = draw.randn(784, 128).astype(np.float32) * 0.05
    last = draw.randn(128, 10).astype(np.float32) * 0.05
    params = [
        jnp.asarray(p) for p in (first, np.zeros(128, "f"), last, np.zeros(10, "f"))
    ]
    for _ in range(steps):
        params, loss = mlp_step(params, x_mlp, y_mlp)
        float(loss)


small = jnp.array([1.0, 2.0, 3.0])


def one_look(steps):
    for _ in range(max(steps // 1000, 1)):
        t = small
        for _ in range(500):
            t = t * 1.0001 + 0.5
        np.asarray(t)


def look_each(steps):
    for _ in range(max(steps // 1000, 1)):
        t = small
        for _ in range(500):
            t = t * 1.0001
            np.asarray(t)
            t = t + 0.5
            np.asarray(t)


print(
    json.dumps(
        {
            "iris step": timed(iris, 400),
            "mlp step": timed(mlp, 300),
            "op, one look per 1000": timed(one_look, 4000),
            "op, a look each": timed(look_each, 2000),
        }
    )
)
