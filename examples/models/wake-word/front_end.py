"""The audio front end: 16 kHz audio -> rows of 40 log-mel energies, one every 30 ms. This is what a device has to reproduce.

Steps 1 to 7 of ../kws/features.py (frames of 640 samples, periodic Hann window, 1024 points, 40 mel filters from 20 to 7600 Hz,
natural logarithm with a floor of 1e-4), with two differences: a frame begins every **480** samples, and as long as there are
samples; and each energy is rounded to a multiple of **1/32** (ties to even). Row t covers samples 480 t .. 480 t + 639.
Values reach from -9.21875 (digital silence) to about 13. There is no DCT, and nothing is normalised by mean or variance.
"""

import numpy as np

import kws  # noqa: F401
from features import FRAME, log_mel, mel_filters

BANDS = 40
HOP = 480
UNITS = 32  # of 1/32
ROWS = 30  # of a window: 910 ms

_FILTERS = np.ascontiguousarray(mel_filters().T)


def count(samples: int) -> int:
    """How many rows so many samples have."""
    return (samples - FRAME) // HOP + 1


def end_of(row: int) -> int:
    """The sample at which a row ends."""
    return row * HOP + FRAME


def rows(pcm: np.ndarray, filters: np.ndarray = _FILTERS) -> np.ndarray:
    """i16 [samples] -> i16 [rows, 40] in units of 1/32. Only training passes other filters."""
    return np.round(UNITS * log_mel(pcm, HOP, filters)).astype(np.int16)


def values(rows: np.ndarray) -> np.ndarray:
    """Rows in units of 1/32 as the network has them: f32."""
    return rows.astype(np.float32) / UNITS
