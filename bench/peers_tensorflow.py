#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""TensorFlow's side of compare.py: the pair, or a dense pair, by the published
recipe. One line of JSON, like bench_iteration's."""
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras
import numpy as np
import tensorflow as tf
from keras import layers

import peers

# "published" is the well-known code with train_on_batch; the others are an
# iteration as one traced function.
MODES = ["published", "function", "xla"]
loss_of_logits = keras.losses.BinaryCrossentropy(from_logits=True)


def dense(width, outputs, activation):
    return keras.Sequential([
        layers.Input([width]),
        layers.Dense(width), layers.LeakyReLU(negative_slope=0.2),
        layers.Dense(width), layers.LeakyReLU(negative_slope=0.2),
        layers.Dense(outputs, activation=activation, dtype="float32")])


def generator():
    def enlarge(filters):
        return layers.Conv2DTranspose(filters, 4, 2, padding="same",
                                      activation="relu")
    return keras.Sequential([
        layers.Input([100]), layers.Dense(12544, activation="relu"),
        layers.Reshape([7, 7, 256]), layers.BatchNormalization(),
        enlarge(128), layers.BatchNormalization(),
        enlarge(64), layers.BatchNormalization(),
        layers.Conv2DTranspose(1, 7, padding="same", activation="tanh")])


def discriminator(activation):
    return keras.Sequential([
        layers.Input([28, 28, 1]),
        layers.Conv2D(64, 4, 2, padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Conv2D(128, 4, 2, padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Flatten(),
        layers.Dense(1, activation=activation, dtype="float32")])


def adam():
    return keras.optimizers.Adam(1e-3)


class Subject:
    def __init__(self, chosen, activation=None):
        width = self.width = chosen.width
        self.batch = chosen.batch
        self.g = dense(width, width, None) if width else generator()
        self.d = dense(width, 1, activation) if width \
            else discriminator(activation)
        shape = [1024, width] if width else [1024, 28, 28, 1]
        self.data = np.random.uniform(-1, 1, shape).astype(np.float32)


class Published(Subject):
    def __init__(self, chosen):
        super().__init__(chosen, "sigmoid")
        self.d.compile(loss="binary_crossentropy", optimizer=adam(),
                       metrics=["accuracy"])
        # Keras 3 traces a step when it is first run, with what is trainable
        # then: without this the discriminator would never learn.
        self.d.train_on_batch(self.data[:self.batch], np.ones((self.batch, 1)))
        self.d.trainable = False
        self.gan = keras.Sequential([self.g, self.d])
        self.gan.compile(loss="binary_crossentropy", optimizer=adam())

    def noise(self):
        return np.random.normal(size=(self.batch, self.width or 100))

    def sampling(self):
        return self.g.predict(self.noise(), batch_size=self.batch, verbose=0)

    def iteration(self):
        real = self.data[np.random.randint(0, 1024, self.batch)]
        ones, zeros = np.ones((self.batch, 1)), np.zeros((self.batch, 1))
        return [self.d.train_on_batch(real, ones),
                self.d.train_on_batch(self.sampling(), zeros),
                self.gan.train_on_batch(self.noise(), ones)]


class Traced(Subject):
    def __init__(self, chosen):
        super().__init__(chosen)
        self.data = tf.constant(self.data)
        self.g_optimizer, self.d_optimizer = adam(), adam()
        self.g_optimizer.build(self.g.trainable_variables)
        self.d_optimizer.build(self.d.trainable_variables)
        xla = chosen.mode == "xla"
        self.step = tf.function(self.make_step, jit_compile=xla)
        self.sample = tf.function(self.make_samples, jit_compile=xla)

    def noise(self):
        return tf.random.normal([self.batch, self.width or 100])

    def make_samples(self):
        return tf.cast(self.g(self.noise(), training=False), tf.float32)

    def learn(self, model, optimizer, results, target):
        """An update of a model: `results` makes logits."""
        with tf.GradientTape() as tape:
            logits = results()
            loss = loss_of_logits(tf.fill([self.batch, 1], target), logits)
        variables = model.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
        right = tf.equal(logits > 0, target > 0)
        return loss, tf.reduce_mean(tf.cast(right, tf.float32))

    def make_step(self):
        real = tf.gather(self.data, tf.random.uniform([self.batch], 0, 1024,
                                                      tf.int32))
        fake = self.make_samples()
        d, g = self.d, self.g
        return [
            self.learn(d, self.d_optimizer, lambda: d(real), 1.0),
            self.learn(d, self.d_optimizer, lambda: d(fake), 0.0),
            self.learn(g, self.g_optimizer,
                       lambda: d(g(self.noise(), training=True)), 1.0)]

    def sampling(self):
        return self.sample().numpy()

    def iteration(self):
        return [(loss.numpy(), accuracy.numpy())
                for loss, accuracy in self.step()]


def main():
    chosen = peers.options(__doc__, MODES)
    keras.utils.set_random_seed(1)
    tf.config.threading.set_intra_op_parallelism_threads(chosen.threads)
    tf.config.threading.set_inter_op_parallelism_threads(chosen.threads)
    if chosen.type == "bf16":
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
    published = chosen.mode == "published"
    subject = Published(chosen) if published else Traced(chosen)
    peers.measure(chosen, getattr(subject, chosen.what), tf.__version__)


main()
