"""The audio front end: one second of 16 kHz audio -> 49 x 10 mel-frequency cepstral coefficients.

This is the definition that a device has to reproduce. Every number below is part of it.

1.  Samples are 16-bit integers divided by 32768: 16,000 values in [-1, 1). No dither, no pre-emphasis, no mean removed.
2.  Frames of 640 samples (40 ms) every 320 (20 ms): frame t covers samples 320 t .. 320 t + 639, t = 0 .. 48. Nothing is
    padded: the last frame ends exactly with sample 15,999.
3.  Each frame is multiplied by the periodic Hann window  w[n] = 0.5 - 0.5 cos(2 pi n / 640).
4.  It is extended with zeros (at its end) to 1024 and transformed: X[k], k = 0 .. 512. No scaling.
5.  Power spectrum  P[k] = |X[k]|^2, bin k lies at 15.625 k Hz.
6.  40 triangular mel filters between 20 Hz and 7600 Hz. mel(f) = 2595 log10(1 + f / 700). 42 edges m[0] .. m[41] are equally
    spaced in mel from mel(20) to mel(7600). Filter b rises from 0 at m[b] to 1 at m[b+1] and falls to 0 at m[b+2],
    *linearly in mel*, not in Hz:  H[b][k] = max(0, min((mel(f_k) - m[b]) / d, (m[b+2] - mel(f_k)) / d)), d = m[1] - m[0].
    The filters are not normalised by their area.  E[b] = sum over k of H[b][k] P[k].
7.  L[b] = ln(max(E[b], 1e-4)): the natural logarithm with a floor, which digital silence reaches (ln 1e-4 = -9.21).
8.  Orthonormal DCT-II of L, the first ten coefficients, c0 included:
    c[0] = sqrt(1/40) sum L[b];   c[j] = sqrt(2/40) sum L[b] cos(pi j (b + 0.5) / 40), j = 1 .. 9.   No liftering.

The result is stored as [frame][coefficient], f32; the network's input tensor is [batch, 1, 49, 10]. Nothing is normalised
by mean or variance. c[0] reaches from -58.25 (silence) to about 35 (loud speech), the other coefficients to about +-40.
Computed here in double precision and rounded to f32 once, at the end.
"""

from collections.abc import Callable

import numpy as np

RATE = 16000
SAMPLES = 16000
FRAME = 640
STRIDE = 320
FRAMES = 49
FFT = 1024
MELS = 40
COEFFICIENTS = 10
LOW_HZ = 20.0
HIGH_HZ = 7600.0
FLOOR = 1e-4


def hann() -> np.ndarray:
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)


def hz_to_mel(hz: np.ndarray | float) -> np.ndarray:
    return 2595.0 * np.log10(1.0 + np.asarray(hz) / 700.0)


def mel_filters(warp: Callable[[np.ndarray], np.ndarray] = lambda mel: mel) -> np.ndarray:
    """[40, 513]: weight of each spectrum bin in each mel band. `warp` moves the bins along the mel axis (for training only)."""
    edges = np.linspace(hz_to_mel(LOW_HZ), hz_to_mel(HIGH_HZ), MELS + 2)
    width = edges[1] - edges[0]
    mel = warp(hz_to_mel(np.arange(FFT // 2 + 1) * RATE / FFT))
    rising = (mel[None, :] - edges[:-2, None]) / width
    falling = (edges[2:, None] - mel[None, :]) / width
    return np.maximum(0.0, np.minimum(rising, falling))


def dct_matrix() -> np.ndarray:
    """[10, 40]: orthonormal DCT-II, first ten rows."""
    j = np.arange(COEFFICIENTS)[:, None]
    b = np.arange(MELS)[None, :]
    matrix = np.sqrt(2.0 / MELS) * np.cos(np.pi * j * (b + 0.5) / MELS)
    matrix[0] = np.sqrt(1.0 / MELS)
    return matrix


_WINDOW = hann()
_FILTERS = np.ascontiguousarray(mel_filters().T)
_DCT = np.ascontiguousarray(dct_matrix().T)


def log_mel(pcm: np.ndarray, stride: int = STRIDE, filters: np.ndarray = _FILTERS) -> np.ndarray:
    """i16 [..., samples] -> f64 [..., frames, 40]: steps 1 to 7 on every whole frame, a frame every `stride` samples.

    Only training passes other filters, [513, 40], to imitate other speakers.
    """
    if pcm.dtype != np.int16 or pcm.shape[-1] < FRAME:
        raise ValueError(f"expected int16 [..., {FRAME} or more], got {pcm.dtype} {pcm.shape}")
    x = pcm.astype(np.float64) / 32768.0
    frames = np.lib.stride_tricks.sliding_window_view(x, FRAME, axis=-1)[..., ::stride, :]
    spectrum = np.fft.rfft(frames * _WINDOW, FFT, axis=-1)
    power = spectrum.real**2 + spectrum.imag**2
    return np.log(np.maximum(power @ filters, FLOOR))


def mfcc(pcm: np.ndarray, filters: np.ndarray = _FILTERS) -> np.ndarray:
    """i16 [..., 16000] -> f32 [..., 49, 10]. `filters` as for `log_mel`."""
    if pcm.shape[-1] != SAMPLES:
        raise ValueError(f"expected int16 [..., {SAMPLES}], got {pcm.dtype} {pcm.shape}")
    return (log_mel(pcm, filters=filters) @ _DCT).astype(np.float32)
