"""All parameters of ranking, in one place.

Chosen over twenty judged collections (``python -m benchmarks.retrieval_quality``), the same for
all.
"""

__all__ = [
    "ALIKE",
    "CANDIDATES",
    "COMPARED",
    "ENOUGH",
    "EXPECTED",
    "FEW",
    "FLOOR",
    "IDENTIFIER",
    "K1",
    "MOST_REPEATS",
    "OVERLAP",
    "READ",
    "READ_AT_ONCE",
    "SCALE",
    "SHAPES",
    "SMALL",
    "WEIGHTS",
    "WORDS",
    "B",
]

# BM25: how soon more of the same word says nothing more, and how much length counts. Those around,
# from 1.2 to 2 and from .5 to .75, are nearly as good.
K1 = 1.5
B = 0.6
# How many times a word of a question counts that is there again and again. In questions of several
# sentences, repetition says what they are about; a pasted log repeats itself without end.
MOST_REPEATS = 10
# As how many times an identifier counts, as a whole. In a sentence with other words ("how do I fix
# the error parse_user_x when loading a user") the only passage that holds it was first in 93 to 95
# of 100 cases without this, in all of them with it.
IDENTIFIER = 4

# Which matching passages are read. Up to how many, as far as is known, are simply all read:
FEW = 3_000
# and of a collection that is no larger than this, all that matches.
SMALL = 6_000
# Else those whose words weigh so much together that so many are expected to, were words spread
# independently of each other. They are not: of texts, two or three times as many do.
EXPECTED = (600, 6_000)
# With fewer passages than this, or than are wanted, the next are read, too.
ENOUGH = 300
# How many passages are read of each; and of phrases, which cannot be told apart beforehand, or
# where all that matches is read.
READ = 3_000
READ_AT_ONCE = 9_000
# The words of a question that choose; with more, the query itself takes its time. Their weights are
# whole numbers up to the scale.
WORDS = 8
SCALE = 40

# How many of each leg's best are fused.
CANDIDATES = 100
# What a leg's opinion counts. The little more for words decides where few passages were found: one
# holds the very word, the other is nearer.
WEIGHTS = {"vector": 1.0, "keyword": 1.05}
# Of BM25's numbers a few stand out far, of similarities many a little: as they are, words would
# decide nearly alone who is first. exp(.25 * score) gives the similarities' the same shape.
SHAPES = {"vector": 0.25, "keyword": 0.0}
# So many deviations below the mean is as bad as it gets: where one passage holds an identifier that
# no other has, its vector may be the worst of all.
FLOOR = -0.75

# Near-duplicates of one source. What share of the shorter passage two share in the source, to be
# the same place;
OVERLAP = 0.5
# and what share of their words is the other's, too, to be the same text: not the rows of a table,
# which differ by a word or two.
ALIKE = 0.85
# With how many better hits of its source a hit is compared.
COMPARED = 50
