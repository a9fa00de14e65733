"""The next day's opening price of a share from sixty days, by a recurrent network.

penstock run stock.py simple|lstm|gru SH600519.csv [epochs]
"""

import math
import os
import sys

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.metrics import mean_absolute_error, mean_squared_error
from sklearn.preprocessing import MinMaxScaler
from tensorflow.keras.layers import GRU, LSTM, Dense, Dropout, SimpleRNN

kind, file = sys.argv[1], sys.argv[2]
epochs = int(sys.argv[3]) if len(sys.argv) > 3 else 50
layer = {"simple": SimpleRNN, "lstm": LSTM, "gru": GRU}[kind]

prices = pd.read_csv(file)
training = prices.iloc[0 : len(prices) - 300, 2:3].values
test = prices.iloc[len(prices) - 300 :, 2:3].values
scaler = MinMaxScaler(feature_range=(0, 1))
training = scaler.fit_transform(training)
test = scaler.transform(test)


def windows(series):
    x = np.array([series[i - 60 : i, 0] for i in range(60, len(series))])
    return x.reshape(len(x), 60, 1), series[60:, 0]


x_train, y_train = windows(training)
np.random.seed(7)
np.random.shuffle(x_train)
np.random.seed(7)
np.random.shuffle(y_train)
tf.keras.utils.set_random_seed(7)
x_test, y_test = windows(test)

model = tf.keras.Sequential(
    [
        layer(80, return_sequences=True),
        Dropout(0.2),
        layer(100),
        Dropout(0.2),
        Dense(1),
    ]
)
model.compile(optimizer=tf.keras.optimizers.Adam(0.001), loss="mean_squared_error")
path = f"./checkpoint/{kind}.ckpt"
if os.path.exists(path + ".index"):
    print("-------------load the model-----------------")
    model.load_weights(path)
saver = tf.keras.callbacks.ModelCheckpoint(
    filepath=path, save_weights_only=True, save_best_only=True, monitor="val_loss"
)
history = model.fit(
    x_train,
    y_train,
    batch_size=64,
    epochs=epochs,
    validation_data=(x_test, y_test),
    validation_freq=1,
    callbacks=[saver],
    verbose=2,
)
model.summary()

plt.plot(history.history["loss"], label="Training Loss")
plt.plot(history.history["val_loss"], label="Validation Loss")
plt.legend()
plt.savefig(f"{kind}_loss.png")
plt.close()

predicted = scaler.inverse_transform(model.predict(x_test, verbose=0))
real = scaler.inverse_transform(test[60:])
plt.plot(real, color="red", label="Price")
plt.plot(predicted, color="blue", label="Predicted price")
plt.legend()
plt.savefig(f"{kind}_price.png")
mse = mean_squared_error(real, predicted)
print("mean squared error: %.6f" % mse)
print("root mean squared error: %.6f" % math.sqrt(mse))
print("mean absolute error: %.6f" % mean_absolute_error(real, predicted))
