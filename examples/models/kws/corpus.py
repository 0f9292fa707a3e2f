"""What is spoken and by whom: classes, word lists, voices and their split.

The split is by *speaker*, in every engine: no voice of the test set is heard in training, and neither is a near-copy of one.
espeak-ng: families of similar variants (`steph`, `steph2`, `steph3`) stay together. Recorded speakers: slt, whom both flite
and festival have, is held out in both; flite's awb and rms and festival's kal and ked are for training. The test set chooses
nothing: the last epoch is exported, and the validation voices, a third group, are for looking on.

Not used: flite's kal and kal16, who are festival's kal once more, but with "on", "up", "no" and "down" swallowed as within
a sentence and, in kal, with one vowel for another ("up" as "op"); flite's awb_time, who only tells the time.
"""

from dataclasses import dataclass

LABELS = ["yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go", "unknown", "silence"]
KEYWORDS = LABELS[:10]
UNKNOWN = LABELS.index("unknown")
SILENCE = LABELS.index("silence")

# Words that resemble a keyword. Minimal pairs are left out: each of these differs from every keyword in two phonemes at least,
# in American English with the vowels of "lot" and "thought" merged (so no note, low, goat, cup, town, let, night, step ...).
# Nobody could tell "low" from "no" in a second of synthetic speech with noise.
CONFUSABLE = """
yesterday yard nest ghost god good got goose goody pop hop cop uphill cut tub downtown leaf lend lung one won aunt
awning honk often oven awful scoff soft shop start spot stuff staff
""".split()

# Everyday words with little in common with the keywords.
ORDINARY = """
zero two three four five six seven eight nine ten eleven twelve hundred cat dog bird bed house tree marvin sheila happy
wow visual follow forward backward learn water window table chair kitchen garden music morning evening winter
summer monday friday sunday january april august apple banana orange lemon sugar coffee paper pencil letter number
color yellow purple green blue black silver people mother father sister brother doctor teacher student school
office market bottle basket button camera computer keyboard monitor speaker battery engine railway airport
station bridge river mountain valley forest island ocean weather thunder shadow silent quiet loud slowly quickly
maybe never always again before after between under behind around because however nothing something anything everyone
hello goodbye please thanks sorry welcome wait begin finish open close lock push pull turn move jump run walk sleep
drink bake cook wash clean build break carry catch choose draw drive dream fall feel fly give help hold keep laugh
listen look make meet open pay play read ring say see sell send sing sit speak stand swim take teach
tell think throw wake wear win work circle square triangle metal plastic cotton leather diamond golden ancient
modern simple complex gentle strong weak heavy narrow wide tall short round sharp smooth rough cold warm hot cool
volume alarm timer channel picture message answer question reason measure pressure temperature humidity energy power
""".split()

# Unknown words that are never used in training; a part of the test set's "unknown" class is made of these alone.
NEW_WORDS = """
gosh yelp knock noon puppet upset lesson raisin online coffin goblin
tiger planet helmet rocket pepper violin umbrella dolphin candle saddle harvest pillow magnet velvet cactus bishop
""".split()


def train_words() -> list[str]:
    """Unknown words of the training set: sorted, without duplicates and without the held-out words."""
    return sorted((set(CONFUSABLE) | set(ORDINARY)) - set(NEW_WORDS) - set(KEYWORDS))


@dataclass(frozen=True)
class Voice:
    """One synthetic speaker. `name` is unique; for espeak-ng it is the variant, spoken in all of ACCENTS."""

    engine: str  # "espeak", "flite" or "festival"
    name: str

    @property
    def id(self) -> str:
        return f"{self.engine}-{self.name}"


# American and British English are drawn more often. Without Lancashire and the West Midlands, whose "up" has another vowel.
ACCENTS = ["en-us", "en-us", "en-us", "en-gb", "en-gb", "en-gb-x-rp", "en-gb-scotland", "en-029", "en-us-nyc"]

ESPEAK_TEST = "f4 Annie linda steph steph2 steph3 m3 m7 Michael paul Gene Gene2 ed victor benjamin Alicia".split()
ESPEAK_VALIDATION = "f2 belinda m4 john norbert Mike".split()
# Left out: whispers and croaks (no voiced sound), monsters and robots, `fast`, which is a speed and not a voice, and
# aunty, gustave and Mario, whose definitions agree with f4's or Michael's in more than half of their lines.
ESPEAK_TRAIN = """
Alex Andrea Andy AnxiousAndy Denis Diogo Henrique Hugo Jacky Lee Marco Nguyen RicishayMax RicishayMax2
RicishayMax3 Storm Tweaky adam anika antonio boris caleb david edward edward2 f1 f3 f5 grandma grandpa
iven iven2 iven3 iven4 kaukovalta klatt klatt2 klatt3 klatt4 klatt5 klatt6 m1 m2 m5 m6 m8 marcelo max michel miguel
pablo pedro quincy rob robert robosoft robosoft5 sandro shelby travis zac
""".split()

VOICES = {
    "train": [Voice("espeak", n) for n in ESPEAK_TRAIN]
    + [Voice("flite", n) for n in ("awb", "rms")]
    + [Voice("festival", n) for n in ("kal", "ked")],
    "validation": [Voice("espeak", n) for n in ESPEAK_VALIDATION],
    "test": [Voice("espeak", n) for n in ESPEAK_TEST] + [Voice("flite", "slt"), Voice("festival", "slt")],
}
