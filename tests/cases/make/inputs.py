"""Test vectors and seeds of the operator cases."""

import zlib

import numpy as np


def seed_of(name):
    """A case's seed: it depends on its name alone, so that adding a case changes no other."""
    return zlib.crc32(name.encode())


def int8_vectors(rng, shape, zero_point=0):
    """Five int8 arrays [1, …]: all -128, all 127, two uniform, one near the zero point."""
    arrays = [np.full(shape, -128), np.full(shape, 127)]
    arrays += [rng.integers(-128, 128, shape) for _ in range(2)]
    arrays.append(np.clip(zero_point + rng.integers(-9, 10, shape), -128, 127))
    return [array.astype(np.int8) for array in arrays]


def all_int8_values(rng, shape):
    """Two arrays of 256 elements that each hold every int8 value once: in order, and
    shuffled."""
    values = np.arange(-128, 128).astype(np.int8)
    return [values.reshape(shape), rng.permutation(values).reshape(shape)]


def float_vectors(rng, shape, largest=2.0):
    """Four float32 arrays: zeros, two uniform in -largest..=largest, one in a tenth of that."""
    def uniform(limit):
        return (rng.integers(-10000, 10001, shape) * (limit / 10000)).astype(np.float32)
    return [np.zeros(shape, np.float32), uniform(largest), uniform(largest),
            uniform(largest / 10)]
