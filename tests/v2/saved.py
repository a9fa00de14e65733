"""A module with functions of many kinds, written and asked on either side."""


def make(tf):
    """Variables in submodules, a constant, control flow, assignments, defaults."""

    class Dense(tf.Module):
        def __init__(self, n, m):
            super().__init__()
            numbers = tf.range(float(n * m))
            self.w = tf.Variable(tf.reshape(numbers, [n, m]), name="w")
            self.b = tf.Variable(tf.zeros([m]), name="b")

        @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
        def __call__(self, x):
            return tf.nn.relu(tf.matmul(x, self.w) + self.b)

    class Model(tf.Module):
        def __init__(self):
            super().__init__()
            self.dense = Dense(3, 2)
            self.scale = tf.Variable(2.0)
            self.layers = [Dense(3, 1)]
            self.constant = tf.constant([1.0, 2.0])

        @tf.function
        def __call__(self, x, k=2):
            y = self.dense(x) * self.scale + self.constant
            return {"y": y, "z": x * k}

        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def add(self, x):
            self.scale.assign_add(x)
            if x > 1.0:
                return self.scale
            return self.scale * 2.0

        @tf.function
        def loop(self, n):
            s = 0.0
            for i in tf.range(n):
                s += self.scale * tf.cast(i, tf.float32)
            return s

    return Model()


def write(tf, folder):
    """Trace the module's functions and save it."""
    model = make(tf)
    x = tf.ones([2, 3])
    model(x), model(x, k=3), model.loop(tf.constant(3))
    tf.saved_model.save(model, folder, signatures={"serving_default": model.add})


def answers(tf, folder):
    """What the module in `folder` says to some questions, as plain lists."""
    model = tf.saved_model.load(folder)
    x = tf.ones([2, 3])
    found = {
        "y": model(x)["y"], "z": model(x, k=3)["z"],
        "served": model.signatures["serving_default"](x=tf.constant(3.0))["output_0"],
        "added": model.add(tf.constant(0.5)), "scale": model.scale,
        "loop": model.loop(tf.constant(4)), "inner": model.layers[0](x),
    }  # fmt: skip
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(model(x)["y"])
    found["slopes"], found["slope"] = tape.gradient(y, [model.dense.w, model.scale])
    return {name: value.numpy().tolist() for name, value in found.items()}
