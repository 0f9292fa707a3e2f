"""When the wake word is taken for heard. examples/wake-word/src/lib.rs does the same, in the same integers."""

import numpy as np

# Probabilities are whole 1/256, as the model's int8 output has them. Their mean over so many windows (30 ms each) ...
STEPS = 4
# ... has to reach this (measure.py shows what others would do),
THRESHOLD = 190
# and then nothing is heard for so many windows (0.6 s).
PAUSE = 20


def in_256ths(probabilities: np.ndarray) -> np.ndarray:
    return np.clip(np.round(256 * probabilities), 0, 255).astype(int)


def heard(probabilities: np.ndarray, threshold: int = THRESHOLD) -> list[int]:
    """The windows at which the wake word is taken for heard, from its probability (0 to 255) in each window."""
    recent, windows, quiet = [0] * STEPS, [], 0
    for window, probability in enumerate(probabilities):
        recent[window % STEPS] = int(probability)
        if quiet > 0:
            quiet -= 1
        elif sum(recent) >= threshold * STEPS:
            windows.append(window)
            quiet = PAUSE
    return windows
