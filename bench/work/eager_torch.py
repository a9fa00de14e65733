"""The work of eager_steps.py in PyTorch."""

import json
import time

import numpy as np
import torch

ROUNDS = 5
torch.set_default_device("cuda" if torch.cuda.is_available() else "cpu")


def timed(function, steps):
    function(max(steps // 4, 1))
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        function(steps)
        best = min(best, time.perf_counter() - started)
    return best / steps * 1e6


draw = np.random.RandomState(0)
x_iris = torch.tensor(draw.rand(120, 4).astype(np.float32))
y_iris = torch.tensor(draw.randint(0, 3, 120))
batches = [(x_iris[i : i + 32], y_iris[i : i + 32]) for i in range(0, 120, 32)]
w1 = (torch.randn(4, 3) * 0.1).requires_grad_()
b1 = (torch.randn(3) * 0.1).requires_grad_()


def descend(variables, rate):
    with torch.no_grad():
        for v in variables:
            v -= rate * v.grad
            v.grad = None


def iris(steps):
    for _ in range(steps // 4):
        total = 0.0
        for x, y in batches:
            out = torch.softmax(x @ w1 + b1, 1)
            target = torch.nn.functional.one_hot(y, 3).float()
            loss = torch.mean(torch.square(target - out))
            total += loss.item()
            loss.backward()
            descend([w1, b1], 0.1)


x_mlp = torch.tensor(draw.rand(32, 784).astype(np.float32))
y_mlp = torch.tensor(draw.randint(0, 10, 32))
layers = [
    torch.tensor(draw.randn(784, 128).astype(np.float32) * 0.05).requires_grad_(),
    torch.zeros(128).requires_grad_(),
    torch.tensor(draw.randn(128, 10).astype(np.float32) * 0.05).requires_grad_(),
    torch.zeros(10).requires_grad_(),
]


def mlp(steps):
    for _ in range(steps):
        hidden = torch.relu(x_mlp @ layers[0] + layers[1])
        logits = hidden @ layers[2] + layers[3]
        loss = torch.nn.functional.cross_entropy(logits, y_mlp)
        loss.backward()
        descend(layers, 0.01)
        loss.item()


small = torch.tensor([1.0, 2.0, 3.0])


def one_look(steps):
    for _ in range(max(steps // 1000, 1)):
        t = small
        for _ in range(500):
            t = t * 1.0001 + 0.5
        t.cpu().numpy()


def look_each(steps):
    for _ in range(max(steps // 1000, 1)):
        t = small
        for _ in range(500):
            t = t * 1.0001
            t.cpu().numpy()
            t = t + 0.5
            t.cpu().numpy()


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
