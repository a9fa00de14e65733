"""An actor and a critic keep a ball in its box; whole episodes inside a tf.function."""

import numpy as np
import tensorflow as tf

tf.random.set_seed(42)


class Box:
    """A ball on a line, pushed left or right; it is lost beyond 1."""

    def __init__(self):
        self.draws = np.random.RandomState(0)

    def reset(self):
        self.state = self.draws.uniform(-0.2, 0.2, 2).astype(np.float32)
        return self.state

    def step(self, action):
        place, speed = self.state
        speed = 0.95 * speed + (0.1 if action == 1 else -0.1) + 0.2 * place
        self.state = np.array([place + 0.2 * speed, speed], np.float32)
        lost = abs(self.state[0]) > 1.0
        return self.state, np.array(1, np.int32), np.array(lost, np.int32)


class ActorCritic(tf.keras.Model):
    def __init__(self):
        super().__init__()
        start = tf.keras.initializers.GlorotUniform
        self.common = tf.keras.layers.Dense(
            32, activation="relu", kernel_initializer=start(seed=1)
        )
        self.actor = tf.keras.layers.Dense(2, kernel_initializer=start(seed=2))
        self.critic = tf.keras.layers.Dense(1, kernel_initializer=start(seed=3))

    def call(self, state):
        x = self.common(state)
        return self.actor(x), self.critic(x)


box, model = Box(), ActorCritic()
optimizer = tf.keras.optimizers.Adam(0.01)
huber = tf.keras.losses.Huber(reduction=tf.keras.losses.Reduction.SUM)
small = np.finfo(np.float32).eps.item()


def act(action):
    return tf.numpy_function(box.step, [action], [tf.float32, tf.int32, tf.int32])


def episode(state, longest):
    chances = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
    values = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
    rewards = tf.TensorArray(tf.int32, size=0, dynamic_size=True)
    shape = state.shape
    for t in tf.range(longest):
        logits, value = model(tf.expand_dims(state, 0))
        action = tf.random.categorical(logits, 1, seed=5)[0, 0]
        chances = chances.write(t, tf.nn.softmax(logits)[0, action])
        values = values.write(t, tf.squeeze(value))
        state, reward, lost = act(action)
        state.set_shape(shape)
        rewards = rewards.write(t, reward)
        if tf.cast(lost, tf.bool):
            break
    return chances.stack(), values.stack(), rewards.stack()


def returns(rewards, gamma=0.99):
    """What is still to come after each step, standardised."""
    n = tf.shape(rewards)[0]
    out = tf.TensorArray(tf.float32, size=n)
    backwards = tf.cast(rewards[::-1], tf.float32)
    total = tf.constant(0.0)
    for i in tf.range(n):
        total = backwards[i] + gamma * total
        total.set_shape(())
        out = out.write(i, total)
    found = out.stack()[::-1]
    return (found - tf.reduce_mean(found)) / (tf.math.reduce_std(found) + small)


@tf.function
def train_step(state):
    with tf.GradientTape() as tape:
        chances, values, rewards = episode(state, 60)
        expected = returns(rewards)
        advantage = tf.stop_gradient(expected - values)
        loss = -tf.reduce_sum(tf.math.log(chances) * advantage)
        loss += huber(tf.expand_dims(expected, 1), tf.expand_dims(values, 1))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return tf.reduce_sum(rewards)


lengths = []
for number in range(60):
    lengths.append(int(train_step(tf.constant(box.reset()))))
    if number % 10 == 9:
        print("episodes", number + 1, "mean length", np.mean(lengths[-10:]))
