"""Optimizers, schedules, moving averages: trajectories over several steps."""

import numpy as np

_A = np.random.RandomState(1).normal(size=(4, 3)).astype(np.float32)
_B = np.random.RandomState(2).normal(size=(3,)).astype(np.float32)
_X = np.random.RandomState(3).normal(size=(5, 4)).astype(np.float32)
_Y = np.random.RandomState(4).normal(size=(5, 3)).astype(np.float32)
# Row 1 twice, row 2 never: duplicates add up, untouched rows stay.
_IDS = np.array([1, 3, 1, 0], np.int32)

_OPTIMIZERS = {
    "sgd": lambda tf: tf.train.GradientDescentOptimizer(0.1),
    "momentum": lambda tf: tf.train.MomentumOptimizer(0.1, 0.9),
    "nesterov": lambda tf: tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
    "adagrad": lambda tf: tf.train.AdagradOptimizer(0.1),
    "adadelta": lambda tf: tf.train.AdadeltaOptimizer(1.0, 0.9),
    "adam": lambda tf: tf.train.AdamOptimizer(0.01),
    "rmsprop": lambda tf: tf.train.RMSPropOptimizer(0.01, 0.8, 0.5),
    "rmsprop_centered": lambda tf: tf.train.RMSPropOptimizer(
        0.01, 0.8, 0.5, centered=True
    ),
    "ftrl": lambda tf: tf.train.FtrlOptimizer(
        0.1, l1_regularization_strength=0.01, l2_regularization_strength=0.02
    ),
    "ftrl_shrinkage": lambda tf: tf.train.FtrlOptimizer(
        0.1, l2_shrinkage_regularization_strength=0.05
    ),
    "ftrl_beta": lambda tf: tf.train.FtrlOptimizer(0.1, beta=0.5),
    "proximal_sgd": lambda tf: tf.train.ProximalGradientDescentOptimizer(
        0.1, 0.01, 0.02
    ),
    "proximal_adagrad": lambda tf: tf.train.ProximalAdagradOptimizer(
        0.1,
        l1_regularization_strength=0.01,
        l2_regularization_strength=0.02,
    ),
}


def _trajectory(make, sparse: bool, resource: bool):
    def program(tf):
        a = tf.Variable(_A, name="a", use_resource=resource)
        with tf.variable_scope("in"):
            b = tf.get_variable("b", initializer=_B, use_resource=resource)
        if sparse:
            rows = tf.gather(a, _IDS)
            loss = tf.reduce_mean(tf.square(rows * b - _Y[:4]))
        else:
            loss = tf.reduce_mean(tf.square(tf.matmul(_X, a) + b - _Y))
        count = tf.Variable(0, trainable=False, name="count")
        optimizer = make(tf)
        step = optimizer.minimize(loss, global_step=count)
        slots = optimizer.get_slot_names()
        out = {
            "slots": list(slots),
            "globals": [v.name for v in tf.global_variables()],
            "trainable": [v.name for v in tf.trainable_variables()],
            "slot_variables": [
                optimizer.get_slot(v, s).name for s in slots for v in (a, b)
            ],
            "own": sorted(v.name for v in optimizer.variables()),
            "step": step.name,
        }
        seen = []
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            for _ in range(6):
                session.run(step)
                seen.append(session.run([a, b, loss]))
            out["a"] = np.stack([s[0] for s in seen])
            out["b"] = np.stack([s[1] for s in seen])
            out["loss"] = np.stack([s[2] for s in seen])
            out["count"] = session.run(count)
            for slot in slots:
                for v in (a, b):
                    out[f"{slot}/{v.op.name}"] = session.run(
                        optimizer.get_slot(v, slot)
                    )
        return out

    return program


MORE = {
    f"{name}{'_sparse' if sparse else ''}{'_resource' if resource else ''}": _trajectory(
        make, sparse, resource
    )
    for name, make in _OPTIMIZERS.items()
    for sparse in (False, True)
    for resource in (False, True)
}


def _schedule(make):
    def program(tf):
        step = tf.placeholder(tf.int32, [])
        rate = make(tf, step)
        with tf.Session() as session:
            values = [
                session.run(rate, {step: s}) for s in (0, 1, 5, 9, 10, 11, 30, 41, 200)
            ]
        # TensorFlow picks a piece by `tf.case`, Penstock by `tf.where`.
        name = "" if make is _SCHEDULES["piecewise"] else rate.op.name
        return {"rate": np.array(values), "name": name}

    return program


_SCHEDULES = {
    "exponential": lambda tf, s: tf.train.exponential_decay(0.1, s, 10, 0.96),
    "exponential_stairs": lambda tf, s: tf.train.exponential_decay(
        0.1, s, 10, 0.96, staircase=True
    ),
    # TensorFlow multiplies by 1/41, so that 41 / 41 stays below 1 and is floored.
    "exponential_41": lambda tf, s: tf.train.exponential_decay(
        0.1, s, 41, 0.9, staircase=True
    ),
    "piecewise": lambda tf, s: tf.train.piecewise_constant(
        s, [5, 10, 100], [1.0, 0.5, 0.1, 0.01]
    ),
    "polynomial": lambda tf, s: tf.train.polynomial_decay(0.1, s, 30, 0.01, 0.5),
    "polynomial_cycle": lambda tf, s: tf.train.polynomial_decay(
        0.1, s, 30, 0.01, 2.0, cycle=True
    ),
    "natural_exp": lambda tf, s: tf.train.natural_exp_decay(0.1, s, 10, 0.5),
    "natural_exp_stairs": lambda tf, s: tf.train.natural_exp_decay(
        0.1, s, 10, 0.5, staircase=True
    ),
    "inverse_time": lambda tf, s: tf.train.inverse_time_decay(0.1, s, 10, 0.5),
    "inverse_time_stairs": lambda tf, s: tf.train.inverse_time_decay(
        0.1, s, 10, 0.5, staircase=True
    ),
    "cosine": lambda tf, s: tf.train.cosine_decay(0.1, s, 50, 0.1),
    "cosine_restarts": lambda tf, s: tf.train.cosine_decay_restarts(
        0.1, s, 10, 2.0, 0.9, 0.1
    ),
    "linear_cosine": lambda tf, s: tf.train.linear_cosine_decay(0.1, s, 50),
}
MORE |= {f"schedule_{name}": _schedule(make) for name, make in _SCHEDULES.items()}


def moving_average(tf):
    w = tf.Variable(_A, name="w")
    b = tf.Variable(_B, name="b")
    step = tf.Variable(0, trainable=False, name="step")
    change = tf.group(w.assign_add(_A), b.assign(b * 0.5), step.assign_add(3))
    average = tf.train.ExponentialMovingAverage(0.99, step)
    follow = average.apply(tf.trainable_variables())
    out = {
        "globals": [v.name for v in tf.global_variables()],
        "average": average.average(w).name,
        "average_name": average.average_name(b),
        "restore": sorted(
            f"{k} {v.name}" for k, v in average.variables_to_restore().items()
        ),
        "collection": [
            v.name for v in tf.get_collection(tf.GraphKeys.MOVING_AVERAGE_VARIABLES)
        ],
        "follow": follow.name,
    }
    seen = []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(5):
            session.run(change)
            session.run(follow)
            seen.append(session.run([average.average(w), average.average(b)]))
    out["w"], out["b"] = (np.stack(s) for s in zip(*seen, strict=False))
    return out


def moving_average_of_tensor(tf):
    x = tf.placeholder(tf.float32, [3], name="x")
    plain = tf.train.ExponentialMovingAverage(0.9)
    debiased = tf.train.ExponentialMovingAverage(0.9, zero_debias=True, name="debiased")
    doubled = x * 2.0
    follow = plain.apply([doubled])
    follow_too = debiased.apply([doubled])
    seen = []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for i in range(4):
            session.run([follow, follow_too], {x: _B * (i + 1)})
            seen.append(
                session.run([plain.average(doubled), debiased.average(doubled)])
            )
    return {
        "globals": [v.name for v in tf.global_variables()],
        "plain": np.stack([s[0] for s in seen]),
        "debiased": np.stack([s[1] for s in seen]),
    }


def two_optimizers(tf):
    """Adam twice: its powers and slots get names of their own."""
    a = tf.Variable(_A, name="a")
    loss = tf.reduce_sum(tf.square(a))
    first = tf.train.AdamOptimizer(0.01).minimize(loss)
    second = tf.train.AdamOptimizer(0.02).minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(first)
        session.run(second)
        return {
            "globals": [v.name for v in tf.global_variables()],
            "a": session.run(a),
            "names": [first.name, second.name],
        }


def clipped_gradients(tf):
    """compute_gradients, clipping by global norm, apply_gradients."""
    a = tf.Variable(_A, name="a")
    b = tf.Variable(_B, name="b")
    unused = tf.Variable(1.0, name="unused")
    loss = tf.reduce_sum(tf.square(tf.matmul(_X, a) + b - _Y))
    rate = tf.train.exponential_decay(0.5, tf.train.get_or_create_global_step(), 2, 0.5)
    optimizer = tf.train.MomentumOptimizer(rate, 0.5)
    pairs = optimizer.compute_gradients(loss, [a, b, unused])
    missing = [v.name for g, v in pairs if g is None]
    gradients, variables = zip(*[p for p in pairs if p[0] is not None], strict=False)
    gradients, norm = tf.clip_by_global_norm(gradients, 1.0)
    step = optimizer.apply_gradients(
        zip(gradients, variables, strict=False), tf.train.get_global_step()
    )
    seen = []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(4):
            seen.append(session.run([step, norm, rate])[1:])
        return {
            "missing": missing,
            "norm": np.array([s[0] for s in seen]),
            "rate": np.array([s[1] for s in seen]),
            "a": session.run(a),
            "b": session.run(b),
        }


def float64_adam(tf):
    a = tf.Variable(_A.astype(np.float64), name="a")
    loss = tf.reduce_sum(tf.square(a) * a)
    step = tf.train.AdamOptimizer(0.05).minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(5):
            session.run(step)
        return {"a": session.run(a)}
