"""Sub-word units of WikiText-2: a vocabulary of a byte, built by byte-pair encoding.

A text is words between blanks; every word with its blank, and the end of every line, is cut into
units. Units start as characters (those that the training text has at least RARE times; others are
UNKNOWN) with " <unk>" and "\\n" whole; then the pair of neighbours that is most frequent in the
training text becomes a unit, until there are as many as wanted. Never across words.
Source of the method: Sennrich, Haddow and Birch, Neural machine translation of rare words with
subword units, ACL 2016.
"""

from collections import Counter
from pathlib import Path
from typing import Iterable, NamedTuple

import numpy as np

from . import wikitext2

UNKNOWN, WHOLE, RARE, END = "\ufffd", (" <unk>", "\n"), 50, -1


class Vocabulary(NamedTuple):
    """Units by id; `merges` are pairs of ids, in the order in which they became units."""

    units: list[str]
    merges: list[tuple[int, int]]

    def metadata(self) -> dict:
        return {"units": self.units, "merges": [list(pair) for pair in self.merges]}


def of_metadata(value: dict) -> Vocabulary:
    """What `metadata` gave. Raises ValueError."""
    try:
        units, merges = [str(u) for u in value["units"]], [(a, b) for a, b in value["merges"]]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"vocabulary: {error}") from None
    first = len(units) - len(merges)
    whole = all(type(i) is int for pair in merges for i in pair) and units[:2] == list(WHOLE)
    if not whole or any(not 0 <= i < first + k for k, pair in enumerate(merges) for i in pair):
        raise ValueError("vocabulary: units and merges do not belong together")
    return Vocabulary(units, merges)


def pieces(path: Path) -> list[str]:
    """The words of a file, each with the blank before it, "\\n" after each line. Raises
    DatasetError."""
    return ["\n" if word == "<eos>" else f" {word}" for word in wikitext2.words(path)]


def _flat(words: list[str], ids: dict[str, int]) -> np.ndarray:
    """The characters of all words as ids, END after each word."""
    unknown = ids[UNKNOWN]
    flat: list[int] = []
    for word in words:
        flat += [ids[word]] if word in WHOLE else [ids.get(c, unknown) for c in word]
        flat.append(END)
    return np.array(flat, np.int64)


def _merged(flat: np.ndarray, weights: np.ndarray, pair: tuple[int, int],
            unit: int) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Every `pair` of neighbours replaced by `unit`, from the left."""
    a, b = pair
    places = np.flatnonzero((flat[:-1] == a) & (flat[1:] == b))
    if a == b and len(places):  # of a run of overlapping pairs every second counts
        starts = np.flatnonzero(np.diff(places, prepend=-2) > 1)
        run = np.repeat(places[starts], np.diff(starts, append=len(places)))
        places = places[(places - run) % 2 == 0]
    flat = flat.copy()
    flat[places] = unit
    return np.delete(flat, places + 1), np.delete(weights, places + 1)


def build(words: list[str], size: int) -> Vocabulary:
    """`size` units for the training text `words`. Raises ValueError."""
    counts = Counter(words)
    letters = Counter()
    for word, count in counts.items():
        if word not in WHOLE:
            letters.update({c: n * count for c, n in Counter(word).items()})
    frequent = sorted(c for c, n in letters.items() if n >= RARE and c != UNKNOWN)
    units = [*WHOLE, UNKNOWN, *frequent]
    if len(units) > size:
        raise ValueError(f"{len(units)} units before the first pair; allowed: {size}")
    flat = _flat(list(counts), {unit: index for index, unit in enumerate(units)})
    weights = np.repeat(list(counts.values()), np.diff(np.flatnonzero(flat == END), prepend=-1))
    merges = []
    while len(units) < size:
        inside = (flat[:-1] != END) & (flat[1:] != END)
        pairs = flat[:-1][inside] * size + flat[1:][inside]
        often = np.bincount(pairs, weights[:-1][inside])
        if not often.size or often.max() == 0:
            raise ValueError(f"the text has {len(units)} units; wanted: {size}")
        pair = divmod(int(often.argmax()), size)
        flat, weights = _merged(flat, weights, pair, len(units))
        merges.append(pair)
        units.append(units[pair[0]] + units[pair[1]])
    return Vocabulary(units, merges)


def encode(words: list[str], vocabulary: Vocabulary) -> np.ndarray:
    """The ids of the units of `words`, int64 [n]."""
    types = list(dict.fromkeys(words))
    first = len(vocabulary.units) - len(vocabulary.merges)
    ids = {unit: index for index, unit in enumerate(vocabulary.units[:first])}
    flat = _flat(types, ids)
    weights = np.zeros_like(flat)
    for index, pair in enumerate(vocabulary.merges):
        flat, weights = _merged(flat, weights, pair, first + index)
    cuts = np.flatnonzero(flat == END)
    of_type = dict(zip(types, np.split(flat, cuts + 1)))
    return np.concatenate([of_type[word][:-1] for word in words])


def of_training_text(folder: Path, size: int) -> Vocabulary:
    """The vocabulary of the training part. Raises ValueError, DatasetError."""
    return build(pieces(folder / wikitext2.FILES["train"]), size)


def parts(folder: Path, vocabulary: Vocabulary,
          names: Iterable[str] = wikitext2.FILES) -> dict[str, np.ndarray]:  # fmt: skip
    """The ids of the units of each part, int64 [n]. Raises DatasetError."""
    return {name: encode(pieces(folder / wikitext2.FILES[name]), vocabulary) for name in names}
