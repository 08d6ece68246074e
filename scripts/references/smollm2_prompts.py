"""The prompts of the SmolLM2 tests: a fixed generator and a named seed, so that any
number of them can be had and the first ones never change."""

import random

SEED = "first light"

OPENINGS = [
    "The {thing} in the {place}", "Explain in simple words how a {thing} works:", "Once upon a time, a {person} found a {thing}",
    "Question: What is the difference between a {thing} and a {other}?\nAnswer:", "def {verb}_{thing}(", "Dear {person},\n\n",
    "List three reasons why every {person} should own a {thing}.\n\n1.", "<|im_start|>user\nHow do I {verb} a {thing}?<|im_end|>\n<|im_start|>assistant\n",
    "In {year}, the {person} of the {place} decided to {verb} the {thing}, because", "{number} + {number2} =",
    "The following is a conversation between a {person} and a {other}.\n\n{person}: Hello!\n{other}:",
    "| {thing} | {other} |\n|---|---|\n| {number} |", "import {thing}\n\nclass {other}:\n    ", "{place}, {year}.  ",
    "Le {person} — la {place} — «{thing}»", "# {thing}\n\nA {other} to {verb} your {thing}.\n\n## Install\n\n",
]
WORDS = {
    "thing": ["clock", "bridge", "lantern", "engine", "garden", "compass", "kettle", "map", "violin", "battery"],
    "other": ["river", "wheel", "book", "mirror", "market", "ladder", "window", "storm", "ticket", "whale"],
    "place": ["harbour", "old town", "desert", "library", "kitchen", "valley", "station", "forest"],
    "person": ["farmer", "captain", "teacher", "doctor", "gardener", "engineer", "baker", "pilot"],
    "verb": ["repair", "measure", "paint", "build", "describe", "carry", "hide", "sell"],
}


def prompts(count):
    rng = random.Random(SEED)
    made = []
    for i in range(count):
        if i % len(OPENINGS) == 0:
            order = rng.sample(OPENINGS, len(OPENINGS))
        words = {kind: rng.choice(choices) for kind, choices in WORDS.items()}
        numbers = {"year": rng.randrange(1200, 2030), "number": rng.randrange(10, 9999), "number2": rng.randrange(10, 9999)}
        made.append(order[i % len(OPENINGS)].format(**words, **numbers))
    return made
