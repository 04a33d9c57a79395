"""WikiText-2: words as frames for a backbone with head none and P = 1.

A file is text, words between blanks, one paragraph a line; the end of a line is the word <eos>.
Word ids count up from 0 in the order in which the words first appear in the training file. A frame
is LENGTH words in a row, [LENGTH,1,WIDTH]: row t is the embedding of word t, so that with P = 1 the
patch embedding sees one word a token. The embedding table is random (seed TABLE_SEED) INT8 codes,
normal with a standard deviation of a quarter of full scale: a fixed table that the patch embedding
maps to D values. Frames carry no labels: the next word is scored outside the accelerator.
"""

from pathlib import Path

import numpy as np

from .datasets import DATA, DatasetError, Frames, read

FOLDER = DATA / "wikitext-2"
WHERE = "expected from wikitext-2-v1.zip (text, words between blanks)"
FILES = {
    "train": "wiki.train.tokens", "validation": "wiki.valid.tokens", "test": "wiki.test.tokens",
}  # fmt: skip
LENGTH, WIDTH, TABLE_SEED = 64, 32, 1
UNKNOWN = "<unk>"


def words(path: Path) -> list[str]:
    """Every word of a file, <eos> after each line. Raises DatasetError."""
    try:
        text = read(path, WHERE).decode()
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path}: not UTF-8 text: {error}") from None
    return [word for line in text.splitlines() for word in (*line.split(), "<eos>")]


def word_ids(part: str, folder: Path = FOLDER) -> tuple[np.ndarray, int]:
    """The ids of the words of `part`, int64 [n], and how many words there are. Raises DatasetError.

    A word that the training file lacks counts as <unk>.
    """
    vocabulary: dict[str, int] = {}
    for word in words(folder / FILES["train"]):
        vocabulary.setdefault(word, len(vocabulary))
    ids = [vocabulary.get(w, vocabulary.get(UNKNOWN)) for w in words(folder / FILES[part])]
    if None in ids:
        raise DatasetError(f"{folder / FILES[part]}: a word is not in the training file, which has "
                           f"no {UNKNOWN}")  # fmt: skip
    return np.array(ids, np.int64), len(vocabulary)


def table(size: int) -> np.ndarray:
    """The embedding of every word id: int8 [size,WIDTH]."""
    normal = np.random.default_rng(TABLE_SEED).normal(0, 32, (size, WIDTH))
    return np.clip(np.rint(normal), -128, 127).astype(np.int8)


def load(part: str, folder: Path = FOLDER) -> Frames:
    """The `part` "train", "validation" or "test": frames [n,LENGTH,1,WIDTH], the rest of the words
    left out. Raises DatasetError."""
    ids, size = word_ids(part, folder)
    count = len(ids) // LENGTH
    if not count:
        raise DatasetError(f"{folder / FILES[part]}: {len(ids)} words; a frame needs {LENGTH}")
    codes = table(size)[ids[: count * LENGTH]].reshape(count, LENGTH, 1, WIDTH)
    return Frames(codes, None, -7)
