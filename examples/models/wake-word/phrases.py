"""What is said: the wake word, what is near to it, and everything else. The voices and their split are those of ../kws/corpus.py.

No near phrase differs from the wake word in less than two phonemes ("say ferris" is not here): nobody could tell those apart in
a second of synthetic speech with noise.
"""

import kws  # noqa: F401
from corpus import NEW_WORDS, train_words

PHRASE = "hey ferris"

# Parts of the wake word, and what begins or ends like it.
NEAR = """
hey | ferris | hey | ferris | hey paris | hey harris | hey alice | hey morris | hey phyllis | hey buddy | hey there | hey forest |
hey fairy | hey ferryman | ferry | ferret | very | fairness | a ferris wheel | they ferried us | hay fever | heresy | paris | harris |
hey office | hey fellow | hey furnace | hey you | hey wait | the fairest | merry | berries | hey sister | hey doris | hey furious |
hey family | hey father | hey finish | may i | day after day
"""

# The same for the test set alone: never heard in training.
NEW_NEAR = """
hey terrace | hey frances | hey farmers | hey ernest | hey fabric | heavy rain | hey february | hey feather | hairy spiders |
hey felix | april fairs | hey clarice | fair is fair | hey hello
"""

# Running speech.
SENTENCES = """
the kettle is on and the bread is in the oven
we walked along the river until it was dark
please put the letters on the table before you leave
she asked whether the train would be late again
there is a small garden behind the old station
i have never seen so many birds in one tree
turn off the light in the kitchen when you go to bed
he said he would call us back in half an hour
the meeting was moved to thursday afternoon
could you open the window a little further
my brother lives on the other side of the mountain
they painted the boat green and gave it a new name
it rained all night and the streets were full of water
what time does the shop on the corner close
the battery has to be changed every second year
nobody remembered where the key had been hidden
a long time ago there was a mill at this bridge
set a timer for ten minutes and play some music
the children built a house of branches and leaves
we need more sugar, four eggs and a bit of butter
the doctor told him to rest for a few days
how far is it from here to the next village
her uncle repaired clocks in a tiny workshop
the first version was slow but the second one works
you can borrow my bicycle if you bring it back tomorrow
the wind blew the papers all over the yard
every morning he reads the news over a cup of coffee
the museum shows pictures by young painters
is there anything left of the soup from yesterday
the road is closed because a tree has fallen
let us wait here until the others have arrived
i forgot to tell you that your sister was here
the cat slept on the warm stones in front of the door
good things take time and this one took very long
in winter the lake freezes and people skate on it
which of these two colours do you like better
the pilot said that we would land in twenty minutes
she plays the violin and he sings quite well
write your name and the date at the top of the page
we have been here for hours and nothing has happened
"""

NEW_SENTENCES = """
the harbour was empty except for two fishing boats
would you mind holding this ladder for a moment
after lunch they drove over the hills to the coast
the printer has run out of paper once more
my favourite season is autumn because of the colours
he carried the heavy boxes up to the third floor
remind me to water the plants on sunday evening
the lecture about comets begins at seven
a fox crossed the field and vanished in the hedge
the recipe asks for fresh herbs and lemon juice
our neighbours keep bees and sell the honey
it is too early to say how the election will end
the old radio still works if you hit it gently
they found the missing page inside another book
"""


def _listed(text: str, separator: str) -> list[str]:
    return [part for part in (" ".join(part.replace(",", "").split()) for part in text.split(separator)) if part]


def said(split: str) -> dict[str, list[str]]:
    """What is said in a split, of each kind. A third of the test's words and half of its phrases and sentences are new."""
    near, sentences, words = _listed(NEAR, "|"), _listed(SENTENCES, "\n"), train_words()
    if split == "test":
        near += 3 * _listed(NEW_NEAR, "|")
        sentences += 3 * _listed(NEW_SENTENCES, "\n")
        words += len(words) // (2 * len(NEW_WORDS)) * NEW_WORDS
    return {"phrase": [PHRASE], "near": near, "word": words, "sentence": sentences}
