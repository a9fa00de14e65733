"""The update equations of Keras' optimizers, each once, on tensors.

A rule takes the weight `w`, its gradient `g`, what it remembers of that weight and its
numbers (scalar tensors or Python numbers of the weight's dtype); it gives the new
weight and what is remembered next. Nothing is assigned here.
"""

from __future__ import annotations

from penstock.api import array, math
from penstock.api.scopes import tensor


def _root(x, epsilon):
    return math.sqrt(x + epsilon)


def sgd(w, g, lr):
    """w - lr·g."""
    return w - lr * g


def momentum(w, g, m, lr, momentum, nesterov: bool):
    """Polyak (1964); Nesterov's form as Sutskever et al. (2013)."""
    m = m * momentum - lr * g
    return (w + m * momentum - lr * g if nesterov else w + m), m


def adam(w, g, m, v, highest, lr, beta_1, beta_2, power_1, power_2, epsilon,
         adaptive: bool = False):  # fmt: skip
    """Kingma and Ba (2015); with `highest` v so far, AMSGrad, Reddi et al. (2018).

    power_1 and power_2 are beta_1 and beta_2 to the number of this step. `adaptive`
    puts epsilon inside the bias correction.
    """
    rate = lr * math.sqrt(1.0 - power_2) / (1.0 - power_1)
    m = m + (g - m) * (1.0 - beta_1)
    v = v + (math.square(g) - v) * (1.0 - beta_2)
    most = v
    if highest is not None:
        most = highest = math.maximum(highest, v)
    if adaptive:
        epsilon = epsilon * math.sqrt(1.0 - power_2)
    return w - m * rate / (math.sqrt(most) + epsilon), m, v, highest


def adamax(w, g, m, u, lr, beta_1, beta_2, power_1, epsilon):
    """Kingma and Ba (2015), section 7.1."""
    m = m + (g - m) * (1.0 - beta_1)
    u = math.maximum(beta_2 * u, math.abs(g))
    return w - lr * m / ((1.0 - power_1) * (u + epsilon)), m, u


def nadam(w, g, m, v, lr, beta_1, beta_2, power_2, now, ahead, product, epsilon):
    """Dozat (2016). `now` and `ahead` are the momenta of this step and the next,
    `product` that of all momenta until now.
    """
    m = m + (g - m) * (1.0 - beta_1)
    v = v + (math.square(g) - v) * (1.0 - beta_2)
    m_hat = ahead * m / (1.0 - product * ahead)
    m_hat = m_hat + (1.0 - now) * g / (1.0 - product)
    v_hat = v / (1.0 - power_2)
    return w - m_hat * lr / (math.sqrt(v_hat) + epsilon), m, v


def rmsprop(w, g, v, mom, mean, lr, rho, momentum, epsilon):
    """Tieleman and Hinton (2012); with `mean`, centred, Graves (2013).

    `mom` and `mean` are None where momentum and centring are off.
    """
    v = rho * v + (1.0 - rho) * math.square(g)
    spread = v
    if mean is not None:
        mean = rho * mean + (1.0 - rho) * g
        spread = v - math.square(mean)
    step = lr * g * math.rsqrt(spread + epsilon)
    if mom is not None:
        step = mom = momentum * mom + step
    return w - step, v, mom, mean


def adagrad(w, g, total, lr, epsilon):
    """Duchi, Hazan, Singer (2011)."""
    total = total + math.square(g)
    return w - lr * g / _root(total, epsilon), total


def adadelta(w, g, grads, steps, lr, rho, epsilon):
    """Zeiler (2012)."""
    grads = rho * grads + (1.0 - rho) * math.square(g)
    step = -_root(steps, epsilon) * g / _root(grads, epsilon)
    steps = rho * steps + (1.0 - rho) * math.square(step)
    return w + lr * step, grads, steps


def ftrl(w, g, total, linear, lr, power, l1, l2, shrinkage, beta):
    """McMahan et al. (2013), with online L2 `shrinkage`."""
    shrunk = g + (2.0 * shrinkage) * w
    new = total + math.square(g)
    power = tensor(-power, w.dtype.base_dtype)
    grown = math.pow(new, power) - math.pow(total, power)
    linear = linear + shrunk - grown / lr * w
    quadratic = math.pow(new, power) / lr + 2.0 * (l2 + beta / (2.0 * lr))
    low, high = (tensor(v, w.dtype.base_dtype) for v in (-l1, l1))
    clipped = math.clip_by_value(linear, low, high)
    return (clipped - linear) / quadratic, new, linear


def lion(w, g, m, lr, beta_1, beta_2):
    """Chen et al. (2023): only the sign of the step counts."""
    step = math.sign(m * beta_1 + g * (1.0 - beta_1))
    return w - lr * step, m * beta_2 + g * (1.0 - beta_2)


def rprop(w, g, step, last, increase, decrease, smallest, largest):
    """Riedmiller and Braun (1993), without weight-backtracking (iRprop-, 2000)."""
    agreement = g * last
    zero = array.zeros_like(g)
    longer = math.minimum(step * increase, tensor(largest, g.dtype.base_dtype))
    shorter = math.maximum(step * decrease, tensor(smallest, g.dtype.base_dtype))
    step = array.where(
        agreement > 0.0, longer, array.where(agreement < 0.0, shorter, step)
    )
    g = array.where(agreement < 0.0, zero, g)
    return w - math.sign(g) * step, step, g


def adafactor(w, g, rows, columns, v, lr, beta_2, eps_1, eps_2, threshold):
    """Shazeer and Stern (2018): second moments of matrices by row and column.

    `rows` and `columns` are None for vectors and scalars, which keep all of `v`.
    """
    squared = math.square(g) + eps_1
    if rows is not None:
        rows = beta_2 * rows + (1.0 - beta_2) * math.reduce_mean(squared, axis=-1)
        columns = beta_2 * columns + (1.0 - beta_2) * math.reduce_mean(squared, -2)
        mean = math.reduce_mean(rows, axis=-1, keepdims=True)
        v = array.expand_dims(rows / mean, -1) * array.expand_dims(columns, -2)
    else:
        v = beta_2 * v + (1.0 - beta_2) * squared
    u = g / math.sqrt(v)
    size = math.sqrt(math.reduce_mean(math.square(u)))
    one = tensor(1.0, u.dtype.base_dtype)
    u = u / math.maximum(one, size / threshold)
    scale = math.sqrt(math.reduce_mean(math.square(w)))
    scale = math.maximum(tensor(eps_2, w.dtype.base_dtype), scale)
    return w - scale * lr * u, rows, columns, v
