# SPDX-License-Identifier: Apache-2.0
"""A Python program of somebody else: tensors by ctypes alone."""
import ctypes
import sys

F32 = 1
lib = ctypes.CDLL(sys.argv[1])
lib.syngan_context_last_error.restype = ctypes.c_char_p
lib.syngan_tensor_data.restype = ctypes.POINTER(ctypes.c_float)
lib.syngan_tensor_data.argtypes = [ctypes.c_void_p]
lib.syngan_tensor_free.argtypes = [ctypes.c_void_p]
lib.syngan_context_free.argtypes = [ctypes.c_void_p]

context, tensor = ctypes.c_void_p(), ctypes.c_void_p()
assert lib.syngan_context_create(None, ctypes.byref(context)) == 0
dims = (ctypes.c_int64 * 2)(3, 4)
status = lib.syngan_tensor_create(context, F32, dims, ctypes.c_size_t(2),
                                  ctypes.byref(tensor))
assert status == 0, lib.syngan_context_last_error(context)
status = lib.syngan_tensor_fill_normal(tensor, ctypes.c_uint64(1),
                                       ctypes.c_uint64(2))
assert status == 0, lib.syngan_context_last_error(context)
values = lib.syngan_tensor_data(tensor)[:12]
assert len(set(values)) == 12 and all(abs(value) < 6 for value in values)
lib.syngan_context_free(context)
lib.syngan_tensor_free(tensor)
