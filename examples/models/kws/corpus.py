"""What is spoken and by whom: classes, word lists, voices and their split.

The split is by *voice*, and by whole families of voices: near-copies of one espeak-ng variant (`steph`, `steph2`,
`steph3`) stay together. The recorded speakers are kal (flite and festival), awb (flite), slt (flite and festival), rms (flite)
and ked (festival); rms and ked are the test set's, and no engine speaks with their voices in training. No voice of the test set is heard in training, and the test set chooses nothing: the epoch is fixed in advance
and the validation voices are a third group.
"""

from dataclasses import dataclass

LABELS = ["yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go", "unknown", "silence"]
KEYWORDS = LABELS[:10]
UNKNOWN = LABELS.index("unknown")
SILENCE = LABELS.index("silence")

# Words that differ from a keyword in one or two sounds. Homophones (know, write) are left out: nobody could tell them apart.
CONFUSABLE = """
yet yell guess mess less chess yesterday yard nest nose note node toe dough snow low so grow goal goat gone ghost god
good got goose goody cup pup pop hop cop upper uphill cut tub town dawn done gown noun now drown doubt downtown
lift leaf lest laughed loft let lend lung light ride rice ripe rate bright fright own an in one won aunt
awning honk con of often cough oven awful scoff soft step stoop shop stock start spot stomp top stuff staff
""".split()

# Everyday words with little in common with the keywords.
ORDINARY = """
zero two three four five six seven eight nine ten eleven twelve hundred cat dog bird bed house tree marvin sheila happy
wow visual follow forward backward learn water window table chair kitchen garden music morning evening night winter
summer monday friday sunday january april august apple banana orange lemon sugar coffee paper pencil letter number
color yellow purple green blue black white silver people mother father sister brother doctor teacher student school
office market bottle basket button camera computer keyboard monitor speaker battery engine railway airport
station bridge river mountain valley forest island ocean weather thunder shadow silent quiet loud slowly quickly
maybe never always again before after between under behind around because however nothing something anything everyone
hello goodbye please thanks sorry welcome wait begin finish open close lock push pull turn move jump run walk sleep
drink bake cook wash clean build break carry catch choose draw drive dream fall feel fly give help hold keep laugh
listen look make meet open pay play read ride ring rise say see sell send show sing sit speak stand swim take teach
tell think throw wake wear win work circle square triangle metal plastic cotton leather diamond golden ancient
modern simple complex gentle strong weak heavy narrow wide tall short round sharp smooth rough cold warm hot cool
volume alarm timer channel picture message answer question reason measure pressure temperature humidity energy power
""".split()

# Unknown words that are never used in training; a part of the test set's "unknown" class is made of these alone.
NEW_WORDS = """
gosh yelp knock noon puppet dune lefty rhyme online coffin stopper goblin
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


ACCENTS = ["en-us", "en-us", "en-us", "en-gb", "en-gb", "en-gb-x-rp", "en-gb-scotland", "en-gb-x-gbclan",
           "en-gb-x-gbcwmd", "en-029", "en-us-nyc"]  # American and British English are drawn more often

ESPEAK_TEST = "f4 Annie linda steph steph2 steph3 m3 m7 Michael paul Gene Gene2 ed victor benjamin Alicia".split()
ESPEAK_VALIDATION = "f2 belinda m4 john norbert Mike".split()
# Left out: whispers and croaks (no voiced sound), monsters and robots, and `fast`, which is a speed and not a voice.
ESPEAK_TRAIN = """
Alex Andrea Andy AnxiousAndy Denis Diogo Henrique Hugo Jacky Lee Marco Mario Nguyen RicishayMax RicishayMax2
RicishayMax3 Storm Tweaky adam anika antonio aunty boris caleb david edward edward2 f1 f3 f5 grandma grandpa gustave
iven iven2 iven3 iven4 kaukovalta klatt klatt2 klatt3 klatt4 klatt5 klatt6 m1 m2 m5 m6 m8 marcelo max michel miguel
pablo pedro quincy rob robert robosoft robosoft5 sandro shelby travis zac
""".split()

VOICES = {
    "train": [Voice("espeak", n) for n in ESPEAK_TRAIN]
    + [Voice("flite", n) for n in ("kal", "kal16", "awb", "slt")]
    + [Voice("festival", n) for n in ("kal", "slt")],
    "validation": [Voice("espeak", n) for n in ESPEAK_VALIDATION],
    "test": [Voice("espeak", n) for n in ESPEAK_TEST] + [Voice("flite", "rms"), Voice("festival", "ked")],
}
