#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains a small GAN on the built-in digits from Python, by ctypes alone, and
reads samples into NumPy without copying them (DLPack).

    python3 syngan_numpy.py [--lib PATH] [--iterations N] [--out FILE.npy]

The class Library turns statuses into exceptions and tells ctypes the types;
Tensor is an object that numpy.from_dlpack() takes.
"""
import argparse
import ctypes
import ctypes.util
from ctypes import POINTER, byref, c_char_p, c_double, c_float, c_int32
from ctypes import c_int64, c_size_t, c_uint64, c_void_p

import numpy

BATCH = -1
F32 = 1
RELU, LEAKY_RELU, TANH = 1, 2, 3


class Sized(ctypes.Structure):
    """A struct whose first field, its size, is filled in."""

    def __init__(self):
        super().__init__(ctypes.sizeof(self))


class Options(ctypes.Structure):
    """An options struct: the library writes the defaults, then come fields."""

    def __init__(self, library, **fields):
        super().__init__()
        library.call("options_init", self.kind, byref(self),
                     ctypes.sizeof(self))
        for name, value in fields.items():
            setattr(self, name, value)


class DenseOptions(Options):
    kind = b"dense"
    _fields_ = [("struct_size", c_size_t), ("name", c_char_p),
                ("units", c_int64), ("activation", c_int32),
                ("activation_slope", c_float), ("no_bias", c_int32),
                ("initializer", c_int32), ("initializer_scale", c_float),
                ("reserved", c_int32)]


class DatasetOptions(Options):
    kind = b"dataset"
    _fields_ = [("struct_size", c_size_t), ("order", c_int32),
                ("prefetch", c_int32), ("seed", c_uint64),
                ("low", c_float), ("high", c_float),
                ("reserved", c_int32 * 2)]


class Losses(Sized):
    _fields_ = [("struct_size", c_size_t), ("iteration", c_int64),
                ("seconds", c_double), ("d_loss_real", c_float),
                ("d_loss_fake", c_float), ("d_loss", c_float),
                ("d_accuracy_real", c_float), ("d_accuracy_fake", c_float),
                ("d_accuracy", c_float), ("g_loss", c_float),
                ("penalty", c_float), ("collapsed", c_int32),
                ("reserved", c_int32)]


class Error(Exception):
    """What the library said, with its status."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


# Functions used here: arguments, and what they return ("status" is checked).
HANDLE, OUT = c_void_p, POINTER(c_void_p)
FUNCTIONS = {
    "context_create": ([c_void_p, OUT], "status"),
    "options_init": ([c_char_p, c_void_p, c_size_t], "status"),
    "graph_create": ([HANDLE, OUT], "status"),
    "input": ([HANDLE, c_char_p, c_int32, POINTER(c_int64), c_size_t], HANDLE),
    "dense": ([HANDLE, POINTER(DenseOptions)], HANDLE),
    "reshape": ([HANDLE, POINTER(c_int64), c_size_t], HANDLE),
    "flatten": ([HANDLE], HANDLE),
    "model_create": ([HANDLE, c_char_p, OUT], "status"),
    "model_sample": ([HANDLE, c_int64, c_uint64, OUT], "status"),
    "dataset_digits": ([HANDLE, c_int64, POINTER(DatasetOptions), OUT],
                       "status"),
    "trainer_create": ([HANDLE, HANDLE, HANDLE, c_void_p, OUT], "status"),
    "trainer_run": ([HANDLE, c_int64], "status"),
    "trainer_losses": ([HANDLE, POINTER(Losses)], "status"),
    "trainer_sampler": ([HANDLE, OUT], "status"),
    "tensor_to_dlpack": ([HANDLE, OUT], "status"),
    "context_last_error": ([HANDLE], c_char_p),
}


class Handle:
    """Owns a C handle and frees it. Handles keep alive what they were made
    from, so Python may free them in any order."""

    def __init__(self, pointer, free):
        self.pointer = pointer
        self.free = free

    @property
    def _as_parameter_(self):
        return self.pointer

    def __del__(self):
        self.free(self.pointer)


class Library:
    """The library with one context."""

    def __init__(self, path=None):
        path = path or ctypes.util.find_library("syngan") or "libsyngan.so"
        self.c = ctypes.CDLL(path)
        for name, (arguments, result) in FUNCTIONS.items():
            function = self.function(name)
            function.argtypes = arguments
            function.restype = c_int32 if result == "status" else result
        self.context = None
        self.context = self.make("context", "context_create", None)

    def function(self, name):
        return getattr(self.c, "syngan_" + name)

    def call(self, name, *arguments):
        """Calls a function that returns a status; raises what failed."""
        status = self.function(name)(*arguments)
        if status != 0:
            text = self.c.syngan_context_last_error(self.context)
            raise Error(status, text.decode())

    def make(self, kind, creator, *arguments):
        """Calls a creator and returns the handle that it made."""
        out = c_void_p()
        self.call(creator, *arguments, byref(out))
        free = self.function(kind + "_free")
        free.argtypes, free.restype = [c_void_p], None
        return Handle(out, free)

    def input(self, graph, name, *dims):
        return self.c.syngan_input(graph, name.encode(), F32, shape(dims),
                                   len(dims))

    def dense(self, x, units, activation=0):
        options = DenseOptions(self, units=units, activation=activation)
        return self.c.syngan_dense(x, byref(options))

    def model(self, node, name):
        return self.make("model", "model_create", node, name.encode())


def shape(dims):
    return (c_int64 * len(dims))(*dims)


class Tensor:
    """A tensor that numpy.from_dlpack() reads in place."""

    def __init__(self, library, handle):
        self.library = library
        self.handle = handle

    def __dlpack_device__(self):
        return 1, 0  # the processor's memory

    def __dlpack__(self, **_):
        """A capsule with the C struct. Who takes it renames the capsule and
        ends the struct by its own deleter."""
        managed = c_void_p()
        self.library.call("tensor_to_dlpack", self.handle, byref(managed))
        new = ctypes.pythonapi.PyCapsule_New
        new.restype = ctypes.py_object
        new.argtypes = [c_void_p, c_char_p, c_void_p]
        return new(managed, b"dltensor", None)


def make_generator(library):
    graph = library.make("graph", "graph_create", library.context)
    x = library.input(graph, "noise", BATCH, 32)
    x = library.dense(x, 128, RELU)
    x = library.dense(x, 28 * 28, TANH)
    x = library.c.syngan_reshape(x, shape((BATCH, 1, 28, 28)), 4)
    return library.model(x, "generator")


def make_discriminator(library):
    graph = library.make("graph", "graph_create", library.context)
    x = library.input(graph, "image", BATCH, 1, 28, 28)
    x = library.dense(library.c.syngan_flatten(x), 128, LEAKY_RELU)
    return library.model(library.dense(x, 1), "discriminator")


def train(library, iterations):
    """Trains and returns the model to sample from, and the last losses."""
    digits = library.make("dataset", "dataset_digits", library.context, 2000,
                          DatasetOptions(library, seed=1))
    trainer = library.make("trainer", "trainer_create",
                           make_generator(library),
                           make_discriminator(library), digits, None)
    library.call("trainer_run", trainer, iterations)
    losses = Losses()
    library.call("trainer_losses", trainer, byref(losses))
    return library.make("model", "trainer_sampler", trainer), losses


def sample(library, model, count, seed):
    """Samples as a NumPy array on the library's memory."""
    handle = library.make("tensor", "model_sample", model, count, seed)
    return numpy.from_dlpack(Tensor(library, handle))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--lib", help="path of libsyngan.so")
    parser.add_argument("--iterations", type=int, default=100)
    parser.add_argument("--out", help="NPY file for 16 samples")
    arguments = parser.parse_args()
    library = Library(arguments.lib)
    model, losses = train(library, arguments.iterations)
    print(f"{arguments.iterations} iterations: discriminator "
          f"{losses.d_loss:.3f}, generator {losses.g_loss:.3f}")
    images = sample(library, model, 16, seed=7)
    print(f"samples: {images.shape} {images.dtype}, from {images.min():.3f} "
          f"to {images.max():.3f}")
    if arguments.out:
        numpy.save(arguments.out, images)
        print(f"wrote {arguments.out}")


if __name__ == "__main__":
    main()
