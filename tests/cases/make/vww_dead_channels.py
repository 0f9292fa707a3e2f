"""Where the MLPerf Tiny VWW model has dead output channels (all weights zero).

One row for each CONV_2D that has any, by its number in the model: the dead channels as a
bit map (first channel in the highest bit of the first byte), those among them that clamp
to a constant other than the zero point, and how many steps above it that constant lies.
"""

import numpy as np

from quantised_net import DeadChannels

_LAYERS = {
    10: ("100c000000010000", "1008000000000000", [5, 12]),
    12: ("00005142000c04501882010261820000", "00004142000004000002000200000000",
         [3, 1, 1, 1, 1, 2, 3]),
    14: ("842e6bbc08a959d345fd5ff132aff7a6", "000000080008001340481c0022001520",
         [1, 4, 6, 14, 2, 4, 5, 4, 1, 8, 2, 3, 4, 1, 1, 3, 3]),
    16: ("fefd7feedfff1ff7eefd2c5fd3f3cefc", "90050000000000800000040142100800",
         [1, 1, 1, 11, 1, 11, 2, 2, 2, 4, 1]),
    18: ("dff77effdfffbafffdb7f5efddfffedd", "02003010000000000030200110002005",
         [25, 1, 3, 4, 1, 14, 2, 2, 6, 25, 1, 2]),
    20: ("f9fdfffffffffbf4f9fdbe57ffd7bdff", "00a0867100c00100e14000000a142008",
         [17, 4, 17, 11, 3, 16, 2, 2, 30, 1, 7, 2, 5, 17, 1, 20, 13, 20, 1, 1, 1, 10, 19]),
    22: ("bd9fffffe7efb7ebfbf3fee7bbda7dae", "208b62198140960248a20442000210aa",
         [22, 17, 8, 18, 14, 14, 4, 30, 21, 2, 1, 20, 21, 3, 2, 31, 1, 23, 4, 26, 2, 20, 14,
          14, 23, 3, 2, 2, 9, 3, 24, 2, 4]),
    24: ("bdfffff7ff97fff9ce7edffccefffffbbdfff7ffffff7ffebeff7ffefff7beff",
         "8002c20003060120480080240828a0482481e008461001200884000a22001411",
         [2, 2, 8, 3, 4, 1, 5, 8, 3, 7, 2, 2, 3, 2, 8, 18, 3, 3, 1, 3, 9, 2, 1, 1, 18, 9, 2,
          14, 4, 3, 2, 15, 2, 3, 4, 1, 1, 2, 14, 2, 3, 2, 1, 6, 1, 1, 1, 2]),
    26: ("fffbffffdbefdf7fffbffefeeffffffffffefbffffffbffbff3efdfdfffeffbb", "00" * 32, []),
}


def _channels(bit_map):
    return np.flatnonzero(np.unpackbits(np.frombuffer(bytes.fromhex(bit_map), np.uint8)))


def of_layer(number):
    """The `DeadChannels` of a layer, or None."""
    if number not in _LAYERS:
        return None
    dead, constant, levels = _LAYERS[number]
    constants = dict(zip(_channels(constant).tolist(), levels, strict=True))
    return DeadChannels(_channels(dead), constants)
