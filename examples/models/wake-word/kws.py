"""The scripts of ../kws are modules of these ones: voices and their split, synthesisers, noise, mel filters. Imported for that alone."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "kws"))
