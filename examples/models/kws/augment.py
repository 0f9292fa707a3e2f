"""From a dry word to a one-second recording: speaker variation, room, noise, position and level. All randomness is the caller's rng."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, fftconvolve, lfilter, resample_poly, sosfilt

from features import HIGH_HZ, hz_to_mel, mel_filters

RATE = 16000
SECOND = 16000


@dataclass(frozen=True)
class Conditions:
    """How far a recording may be from the dry word. Ranges are uniform."""

    stretch: tuple[float, float]  # resampling factor: speed, pitch and formants together, as with a bigger or smaller speaker
    echo_probability: float
    reverberation_s: tuple[float, float]  # time to -60 dB
    noise_probability: float
    snr_db: tuple[float, float]
    shift_ms: float  # the word's centre lies within +- this of the clip's centre
    peak_db: tuple[float, float]  # peak level of the clip, dB below full scale
    colour_db: float  # spectral tilt and one broad resonance, up to +- this
    narrow_probability: float  # telephone-like low-pass


TRAIN = Conditions((0.75, 1.33), 0.6, (0.1, 0.5), 0.85, (8, 40), 150, (-30, -1), 8.0, 0.08)
TEST = Conditions((1.0, 1.0), 0.4, (0.15, 0.4), 0.8, (15, 40), 100, (-24, -3), 3.0, 0.0)


def _shaped_noise(rng: np.random.Generator, n: int, exponent: float) -> np.ndarray:
    """Noise whose power falls as 1/f^exponent: 0 white, 1 pink, 2 brown."""
    spectrum = np.fft.rfft(rng.standard_normal(n))
    f = np.maximum(np.arange(len(spectrum)) * RATE / n, 20.0)
    return np.fft.irfft(spectrum * f ** (-exponent / 2), n)


def _hum(rng: np.random.Generator, n: int) -> np.ndarray:
    t = np.arange(n) / RATE
    base = rng.choice([50.0, 60.0, 100.0, 120.0]) * rng.uniform(0.99, 1.01)
    out = sum(rng.uniform(0, 1) / h * np.sin(2 * np.pi * base * h * t + rng.uniform(0, 6.28)) for h in range(1, 16))
    return out + 0.05 * rng.standard_normal(n)


def _fan(rng: np.random.Generator, n: int) -> np.ndarray:
    t = np.arange(n) / RATE
    beat = 1 + rng.uniform(0.1, 0.7) * np.sin(2 * np.pi * rng.uniform(2, 30) * t + rng.uniform(0, 6.28))
    return _shaped_noise(rng, n, rng.uniform(0.5, 1.8)) * beat


def _band(rng: np.random.Generator, n: int) -> np.ndarray:
    low = float(np.exp(rng.uniform(np.log(80), np.log(4000))))
    high = min(low * rng.uniform(1.3, 4), 7800.0)
    return sosfilt(butter(2, [low, high], "bandpass", fs=RATE, output="sos"), rng.standard_normal(n))


def _clicks(rng: np.random.Generator, n: int) -> np.ndarray:
    """Knocks, keys, drops: a few decaying resonances over a quiet hiss."""
    out = 0.01 * rng.standard_normal(n)
    for _ in range(rng.integers(1, 25)):
        length = int(rng.uniform(0.003, 0.08) * RATE)
        t = np.arange(length) / RATE
        hit = np.exp(-t / rng.uniform(0.001, 0.02)) * np.sin(2 * np.pi * rng.uniform(100, 5000) * t)
        hit += 0.3 * np.exp(-t / 0.003) * rng.standard_normal(length)
        at = rng.integers(0, n - length)
        out[at:at + length] += hit * rng.uniform(0.1, 1)
    return out


def _tones(rng: np.random.Generator, n: int) -> np.ndarray:
    """Beeps and sweeps of appliances."""
    t = np.arange(n) / RATE
    start, stop = np.exp(rng.uniform(np.log(150), np.log(4000), 2))
    if rng.random() < 0.5:
        stop = start
    gate = (np.sin(2 * np.pi * rng.uniform(0.5, 8) * t + rng.uniform(0, 6.28)) > rng.uniform(-1.2, 0.8)).astype(float)
    gate = np.convolve(gate, np.ones(160) / 160, "same")
    return np.sin(2 * np.pi * (start * t + (stop - start) * t * t / (2 * t[-1]))) * gate + 0.01 * rng.standard_normal(n)


def _babble(rng: np.random.Generator, n: int, speech: list[np.ndarray]) -> np.ndarray:
    """Many voices at once, none of which can be made out."""
    out = 0.003 * rng.standard_normal(n)
    for _ in range(rng.integers(10, 25)):
        word = speech[rng.integers(len(speech))]
        at = rng.integers(-len(word) // 2, n - len(word) // 2)
        a, b = max(at, 0), min(at + len(word), n)
        out[a:b] += word[a - at:b - at] * rng.uniform(0.3, 1)
    return out


def noise(rng: np.random.Generator, n: int, speech: list[np.ndarray]) -> np.ndarray:
    """One of eight families of noise, at an RMS of 1."""
    kind = rng.integers(8)
    if kind == 0:
        out = rng.standard_normal(n)
    elif kind == 1:
        out = _shaped_noise(rng, n, rng.uniform(0.7, 2.0))
    elif kind == 2:
        out = _hum(rng, n)
    elif kind == 3:
        out = _fan(rng, n)
    elif kind == 4:
        out = _band(rng, n)
    elif kind == 5:
        out = _clicks(rng, n)
    elif kind == 6:
        out = _tones(rng, n)
    else:
        out = _babble(rng, n, speech)
    return out / (np.sqrt(np.mean(out**2)) + 1e-12)


def echo(rng: np.random.Generator, x: np.ndarray, c: Conditions) -> np.ndarray:
    """Synthetic room: the direct sound, a few early reflections, and an exponentially decaying diffuse tail."""
    t60 = rng.uniform(*c.reverberation_s)
    n = int(t60 * RATE)
    t = np.arange(n) / RATE
    response = rng.standard_normal(n) * 10 ** (-3 * t / t60)
    response = lfilter([1 - 0.5], [1, -0.5], response)  # walls absorb high frequencies
    response[: int(0.002 * RATE)] = 0
    for _ in range(rng.integers(2, 7)):
        response[rng.integers(int(0.002 * RATE), int(0.04 * RATE))] += rng.uniform(-1, 1) * 3
    direct_to_room = 10 ** (rng.uniform(0, 15) / 20)
    response *= 1 / (direct_to_room * np.sqrt(np.sum(response**2)) + 1e-12)
    response[0] = 1.0
    return fftconvolve(x, response)


def colour(rng: np.random.Generator, x: np.ndarray, c: Conditions) -> np.ndarray:
    """Microphone and loudspeaker: tilt over the spectrum and one broad resonance."""
    spectrum = np.fft.rfft(x)
    f = np.maximum(np.arange(len(spectrum)) * RATE / len(x), 50.0)
    octaves = np.log2(f / 1000.0)
    gain = rng.uniform(-c.colour_db, c.colour_db) / 3 * octaves
    gain += rng.uniform(-c.colour_db, c.colour_db) * np.exp(-((octaves - rng.uniform(-2, 2)) ** 2))
    return np.fft.irfft(spectrum * 10 ** (gain / 20), len(x))


def finish(rng: np.random.Generator, x: np.ndarray, c: Conditions) -> np.ndarray:
    peak = 10 ** (rng.uniform(*c.peak_db) / 20)
    x = x * (peak / (np.abs(x).max() + 1e-12))
    x = x + rng.standard_normal(len(x)) * 10 ** (rng.uniform(-90, -65) / 20)  # the converter's own noise
    return np.clip(np.round(x * 32767), -32768, 32767).astype(np.int16)


def recording(rng: np.random.Generator, word: np.ndarray, c: Conditions, speech: list[np.ndarray]) -> np.ndarray:
    """A dry word (float, 16 kHz, trimmed) as one second of i16."""
    x = word
    factor = rng.uniform(*c.stretch)
    if factor != 1.0:
        x = resample_poly(x, int(round(100 * factor)), 100)
    length = min(len(x), SECOND)
    if rng.random() < c.echo_probability:
        x = echo(rng, x, c)
    x = colour(rng, x, c)
    centre = SECOND // 2 + int(rng.uniform(-c.shift_ms, c.shift_ms) * RATE / 1000)
    # Never push a word out of the second: clamp so that the dry part stays inside where it fits.
    start = int(np.clip(centre - length // 2, 0, SECOND - length))
    clip = np.zeros(SECOND)
    part = x[: SECOND - start]
    clip[start:start + len(part)] = part
    if rng.random() < c.noise_probability:
        level = np.sqrt(np.mean(clip[start:start + length] ** 2)) * 10 ** (-rng.uniform(*c.snr_db) / 20)
        clip += noise(rng, SECOND, speech) * level
    if rng.random() < c.narrow_probability:
        clip = sosfilt(butter(4, rng.uniform(3300, 6000), "lowpass", fs=RATE, output="sos"), clip)
    return finish(rng, clip, c)


def background(rng: np.random.Generator, c: Conditions, speech: list[np.ndarray]) -> np.ndarray:
    """One second without a word: one or two noises, sometimes in a room, sometimes next to nothing."""
    x = noise(rng, SECOND, speech)
    if rng.random() < 0.4:
        x = x + noise(rng, SECOND, speech) * rng.uniform(0.1, 1)
    if rng.random() < c.echo_probability:
        x = echo(rng, x, c)[:SECOND]
    x = colour(rng, x, c)
    quiet = rng.uniform(-70, -30) if rng.random() < 0.5 else rng.uniform(*c.peak_db)
    pcm = finish(rng, x, Conditions(**{**c.__dict__, "peak_db": (quiet, quiet)}))
    if rng.random() < 0.03:
        pcm[:] = rng.integers(-1, 2, SECOND)  # digital silence
    return pcm


def warped_filters(rng: np.random.Generator) -> np.ndarray:
    """Mel filters [513, 40] through which one speaker's formants sound like another's: a smooth random warp of the mel axis,
    up to about +-12 % in frequency, with the ends in place. The pitch hardly matters after the filters."""
    span = hz_to_mel(HIGH_HZ)
    bend, skew = rng.uniform(-0.035, 0.035), rng.uniform(-0.015, 0.015)

    def warp(mel: np.ndarray) -> np.ndarray:
        u = mel / span
        return mel + span * (bend * np.sin(np.pi * u) + skew * np.sin(2 * np.pi * u))

    return np.ascontiguousarray(mel_filters(warp).T)
