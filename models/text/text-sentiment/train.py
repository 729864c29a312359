"""Trains text-sentiment on a small corpus that this script writes itself.

Run in a virtual environment outside this folder:
    pip install -r requirements.txt && python train.py
"""

from itertools import product
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GroupShuffleSplit
from sklearn.pipeline import make_pipeline
from skl2onnx import to_onnx
from skl2onnx.common.data_types import StringTensorType

SEED = 11
OUT = Path(__file__).parent / "artifacts" / "1.0.0.onnx"

THINGS = ["product", "service", "delivery", "app", "support", "room", "meal", "course", "phone", "film", "book", "staff"]
GOOD = ["good", "great", "excellent", "wonderful", "friendly", "helpful", "fast", "reliable", "lovely", "perfect", "amazing", "pleasant",
        "fantastic", "useful", "delicious", "superb", "clean", "brilliant", "enjoyable", "impressive"]
BAD = ["bad", "terrible", "awful", "horrible", "rude", "useless", "slow", "broken", "ugly", "disappointing", "boring", "unpleasant",
       "dreadful", "poor", "disgusting", "dirty", "faulty", "annoying", "painful", "mediocre"]
STRENGTH = ["", "very ", "really ", "so ", "absolutely "]
FRAMES = ["the {thing} was {strength}{word}", "a {strength}{word} {thing}", "I found the {thing} {strength}{word}",
          "this {thing} is {strength}{word}", "what a {strength}{word} {thing}"]
DENIED = ["the {thing} was not {word}", "this {thing} is not {word} at all", "not a {word} {thing}", "it was never {word}"]
GOOD_SENTENCES = ["I love this {thing}", "I would recommend the {thing} to everyone", "best {thing} ever", "I am happy with the {thing}",
                  "thank you for this {thing}", "I will come back for the {thing}", "I enjoyed the {thing}", "the {thing} works well"]
BAD_SENTENCES = ["I hate this {thing}", "I would avoid the {thing}", "worst {thing} ever", "I am unhappy with the {thing}",
                 "I want my money back for this {thing}", "never again this {thing}", "the {thing} does not work", "a waste of money"]
# Written by hand and never trained on: what the README's second number is measured with.
OUTSIDE = [
    ("The staff were friendly and the room was clean.", "positive"), ("Delivery was fast, I am happy!", "positive"),
    ("An excellent book, I enjoyed every page", "positive"), ("Support was really helpful, thank you", "positive"),
    ("The meal was delicious and I will be back", "positive"), ("Great value", "positive"),
    ("I love how well it works", "positive"), ("Not bad, to be honest", "positive"),
    ("Terrible. It arrived broken and support was rude.", "negative"), ("I want a refund, the phone is useless", "negative"),
    ("The film was boring and far too slow", "negative"), ("Dirty room, never again", "negative"),
    ("Worst course I have taken", "negative"), ("It does not work", "negative"),
    ("I was not happy with the service", "negative"), ("They cancelled my order without a word", "negative"),
]


def corpus() -> tuple[list[str], list[str], list[str]]:
    """Sentences, labels, and the frame that each was made from (so that a held-out frame is really unseen)."""
    rows: list[tuple[str, str, str]] = []
    for label, words, sentences in (("positive", GOOD, GOOD_SENTENCES), ("negative", BAD, BAD_SENTENCES)):
        for frame, thing, strength, word in product(FRAMES, THINGS, STRENGTH, words):
            rows.append((frame.format(thing=thing, strength=strength, word=word), label, frame))
        # Sentences without an adjective are few, so each is said in three ways.
        for frame, thing, tail in product(sentences, THINGS, ["", "!", " honestly"]):
            rows.append((frame.format(thing=thing) + tail, label, frame))
        other = "negative" if label == "positive" else "positive"
        for frame, thing, word in product(DENIED, THINGS, words):
            rows.append((frame.format(thing=thing, word=word), other, frame))
    texts, labels, frames = zip(*rows)
    return list(texts), list(labels), list(frames)


def new_model():
    return make_pipeline(
        TfidfVectorizer(lowercase=True, ngram_range=(1, 2), token_pattern=r"[a-zA-Z]+", max_features=1500),
        LogisticRegression(C=8.0, max_iter=2000, random_state=SEED),
    )


texts, labels, frames = map(np.array, corpus())
train, test = next(GroupShuffleSplit(n_splits=1, test_size=0.3, random_state=SEED).split(texts, labels, frames))
held = new_model().fit(texts[train], labels[train])
print(f"{len(texts)} sentences; unseen frames: accuracy {accuracy_score(labels[test], held.predict(texts[test])):.3f} of {len(test)}")
model = new_model().fit(texts, labels)
outside = model.predict([text for text, _ in OUTSIDE])
right = sum(answer == label for answer, (_, label) in zip(outside, OUTSIDE))
print(f"handwritten: {right} of {len(OUTSIDE)}; wrong: {[t for a, (t, l) in zip(outside, OUTSIDE) if a != l]}")

graph = to_onnx(
    model,
    initial_types=[("text", StringTensorType([None, 1]))],
    # The plain "C" locale: a container image need not carry en_US.
    options={id(model): {"zipmap": False}, TfidfVectorizer: {"tokenexp": "[a-zA-Z]+", "locale": "C"}},
    target_opset=17,
)
for value in (*graph.graph.input, *graph.graph.output):
    value.type.tensor_type.shape.dim[0].dim_param = "N"
graph.doc_string = "text-sentiment 1.0.0: tone of a short English sentence about a product or a service"
OUT.parent.mkdir(exist_ok=True)
OUT.write_bytes(graph.SerializeToString(deterministic=True))
print(f"{OUT.name}: {OUT.stat().st_size} bytes")
