"""Translation with attention: GRU encoder and decoder, teacher forcing, greedy search."""

import tensorflow as tf

PAIRS = [
    ("go .", "va !"), ("run !", "cours !"), ("wait !", "attends !"),
    ("i see you .", "je te vois ."), ("he runs .", "il court ."),
    ("she runs fast .", "elle court vite ."), ("she sees you .", "elle te voit ."),
    ("he waits .", "il attend ."),
]  # fmt: skip
UNITS = 32


def tokenized(sentences):
    words = tf.keras.preprocessing.text.Tokenizer(filters="")
    marked = ["<start> " + s + " <end>" for s in sentences]
    words.fit_on_texts(marked)
    rows = words.texts_to_sequences(marked)
    return tf.keras.preprocessing.sequence.pad_sequences(rows, padding="post"), words


source, source_words = tokenized([a for a, _ in PAIRS])
target, target_words = tokenized([b for _, b in PAIRS])
_seeds = iter(range(100))


def start():
    return tf.keras.initializers.GlorotUniform(seed=next(_seeds))


def gru():
    return tf.keras.layers.GRU(
        UNITS, return_sequences=True, return_state=True,
        kernel_initializer=start(), recurrent_initializer=start(),
    )  # fmt: skip


class Encoder(tf.keras.Model):
    def __init__(self, vocabulary):
        super().__init__()
        self.embedding = tf.keras.layers.Embedding(
            vocabulary, 16, embeddings_initializer=start()
        )
        self.gru = gru()

    def call(self, x):
        return self.gru(self.embedding(x), initial_state=tf.zeros((len(x), UNITS)))


class Attention(tf.keras.layers.Layer):
    """Bahdanau's: a weight for each word of the source, from the decoder's state."""

    def __init__(self):
        super().__init__()
        self.query = tf.keras.layers.Dense(UNITS, kernel_initializer=start())
        self.keys = tf.keras.layers.Dense(UNITS, kernel_initializer=start())
        self.score = tf.keras.layers.Dense(1, kernel_initializer=start())

    def call(self, state, outputs):
        state = tf.expand_dims(state, 1)
        score = self.score(tf.nn.tanh(self.query(state) + self.keys(outputs)))
        weights = tf.nn.softmax(score, axis=1)
        return tf.reduce_sum(weights * outputs, axis=1), weights


class Decoder(tf.keras.Model):
    def __init__(self, vocabulary):
        super().__init__()
        self.embedding = tf.keras.layers.Embedding(
            vocabulary, 16, embeddings_initializer=start()
        )
        self.gru = gru()
        self.attention = Attention()
        self.words = tf.keras.layers.Dense(vocabulary, kernel_initializer=start())

    def call(self, word, state, outputs):
        context, weights = self.attention(state, outputs)
        x = tf.concat([tf.expand_dims(context, 1), self.embedding(word)], axis=-1)
        output, state = self.gru(x)
        return self.words(tf.squeeze(output, 1)), state, weights


encoder = Encoder(len(source_words.word_index) + 1)
decoder = Decoder(len(target_words.word_index) + 1)
optimizer = tf.keras.optimizers.Adam(0.01)
cross_entropy = tf.keras.losses.SparseCategoricalCrossentropy(
    from_logits=True, reduction="none"
)


def masked_loss(real, logits):
    mask = tf.math.logical_not(tf.math.equal(real, 0))
    losses = cross_entropy(real, logits)
    return tf.reduce_mean(losses * tf.cast(mask, losses.dtype))


@tf.function
def train_step(x, y):
    loss = 0.0
    with tf.GradientTape() as tape:
        outputs, state = encoder(x)
        word = tf.expand_dims([target_words.word_index["<start>"]] * len(x), 1)
        for t in range(1, y.shape[1]):
            logits, state, _ = decoder(word, state, outputs)
            loss += masked_loss(y[:, t], logits)
            word = tf.expand_dims(y[:, t], 1)  # the right word, whatever was said
    variables = encoder.trainable_variables + decoder.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    return loss / int(y.shape[1])


def translated(row):
    outputs, state = encoder(tf.expand_dims(row, 0))
    word, said = tf.constant([[target_words.word_index["<start>"]]]), []
    for _ in range(8):
        logits, state, _ = decoder(word, state, outputs)
        best = int(tf.argmax(logits[0]))
        if target_words.index_word.get(best, "<end>") == "<end>":
            break
        said.append(target_words.index_word[best])
        word = tf.constant([[best]])
    return " ".join(said)


data = tf.data.Dataset.from_tensor_slices((source, target))
data = data.shuffle(len(PAIRS), seed=1).batch(4, drop_remainder=True)
for epoch in range(60):
    total = 0.0
    for x, y in data:
        total += train_step(x, y)
    if epoch % 10 == 0:
        print("Epoch {} Loss {:.4f}".format(epoch + 1, total / 2))
for (english, _), row in zip(PAIRS, source):
    print(english, "->", translated(row))
