"""What it means for a compiled model to agree with its golden; one function a kind of
test. A check returns a remark for the report ('' if there is none) or raises Failed."""

import json
import re
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from programs import Failed

GOLDENS = Path(__file__).resolve().parents[1] / "goldens"
TIE = 1e-4  # two best logits closer than this, relative to the largest, may swap
TIES = 1  # prompts of a model that may end in one: under 1 % of all tests' prompts


class Golden:
    def __init__(self, name):
        with open(GOLDENS / f"{name}.json") as file:
            self.__dict__ |= json.load(file)
        self.logits = load_file(GOLDENS / f"{name}.safetensors")


def same_ids(ids, entry, what):
    """The number of leading ids that agree; fewer than all only by a tie."""
    expected = entry["generated"]
    if len(ids) != len(expected):
        raise Failed(f"{what}: {len(ids)} ids, expected {len(expected)}: {ids}")
    for i, (found, wanted) in enumerate(zip(ids, expected)):
        if found != wanted:
            if entry["gaps"][i] < TIE:
                return i
            raise Failed(f"{what}: id {i} is {found}, the reference's {wanted} "
                         f"(its two best logits differ by {entry['gaps'][i]:.1e})")
    return len(expected)


def difference(found, expected, columns=None):
    if columns is not None:
        found = found[columns]
    if found.shape != expected.shape:
        raise Failed(f"a row of logits has {found.shape[0]} columns, expected {expected.shape[0]}")
    if not np.isfinite(found).all():
        return np.inf
    return float(np.abs(found - expected).max())


def compare_logits(found, golden, i, agreed, what, tolerance, need):
    """Largest relative difference over the golden's positions of prompt i whose input
    both sides share: the prompt and the ids that agreed. `need`: positions that a
    producer of logits cannot leave out."""
    entry, rows = golden.prompts[i], golden.logits[f"logits.{i}"]
    columns = golden.logits.get("columns")
    largest = entry.get("largest") or float(np.abs(rows).max())
    worst = 0.0
    for position, expected in zip(entry["positions"], rows):
        if position >= len(entry["tokens"]) + agreed:
            continue
        if position not in found:
            if position in need:
                raise Failed(f"{what}: no logits of position {position}")
            continue
        relative = difference(found[position], expected, columns) / largest
        if not relative <= tolerance:
            raise Failed(f"{what}: logits of position {position} differ by {relative:.1e} of the largest, "
                         f"more than {tolerance:.0e}")
        worst = max(worst, relative)
    return worst


def run_prompts(programs, case, golden, prompts, ids_count):
    """Ids and logits of the golden's prompts; every prompt agrees or ends in a tie."""
    object = programs.object(case)
    worst, ties = 0.0, 0
    for i in prompts:
        entry, what = golden.prompts[i], f"prompt {i}"
        ids, logits = programs.ids_and_logits(object, entry["tokens"], ids_count)
        agreed = same_ids(ids, entry, what)
        ties += agreed < ids_count
        if entry["positions"]:
            last = len(entry["tokens"]) - 1
            worst = max(worst, compare_logits(logits, golden, i, agreed, what, case.tolerance, set(range(last, last + agreed))))
    if ties > TIES:
        raise Failed(f"{ties} of {len(prompts)} prompts end in a tie, at most {TIES} may")
    return f"logits within {worst:.1e}" + (f", {ties} ties" if ties else "")


def exact(programs, case, options):
    golden = Golden(case.golden)
    return run_prompts(programs, case, golden, range(len(golden.prompts)), len(golden.prompts[0]["generated"]))


def smollm2(programs, case, options):
    golden = Golden(case.golden)
    count = len(golden.prompts) if options.prompts is None else min(options.prompts, len(golden.prompts))
    return run_prompts(programs, case, golden, range(count), len(golden.prompts[0]["generated"]))


def near(programs, case, options):
    """Logits only, as far as the ids agree: ids may part from the reference's."""
    golden, object = Golden(case.golden), programs.object(case)
    worst = 0.0
    for i, entry in enumerate(golden.prompts):
        expected = entry["generated"]
        ids, logits = programs.ids_and_logits(object, entry["tokens"], len(expected))
        agreed = next((k for k, (a, b) in enumerate(zip(ids, expected)) if a != b), len(expected))
        last = len(entry["tokens"]) - 1
        worst = max(worst, compare_logits(logits, golden, i, agreed, f"prompt {i}", case.tolerance, {last}))
    return f"logits within {worst:.1e} of {case.tolerance:.0e}"


def threads(programs, case, options):
    """Bit for bit the same with 1, 2 and 3 threads."""
    golden, object = Golden(case.golden), programs.object(case)
    for i in (0, len(golden.prompts) - 1):
        prompt = golden.prompts[i]["tokens"]
        first, others = programs.ids_and_logits(object, prompt, 24, threads=1), (2, 3)
        for count in others:
            ids, logits = programs.ids_and_logits(object, prompt, 24, threads=count)
            if ids != first[0]:
                raise Failed(f"prompt {i}: other ids with {count} threads than with one")
            if any(logits[p].tobytes() != row.tobytes() for p, row in first[1].items()):
                raise Failed(f"prompt {i}: other logits with {count} threads than with one")
    return "1, 2 and 3 threads agree"


def reproducible(programs, case, options):
    """Two compilations, in other folders and with other thread counts: equal bytes."""
    made = [programs.compile_into(programs.new_folder(), case, f"--threads={n}").read_bytes() for n in (1, 2)]
    if made[0] != made[1]:
        at = next((i for i, (a, b) in enumerate(zip(*made)) if a != b), min(map(len, made)))
        raise Failed(f"two compilations differ from byte {at} on ({len(made[0])} and {len(made[1])} bytes)")
    return f"{len(made[0])} bytes"


def text(programs, case, options):
    """Prompts as text: the ids that follow show that they were read as the reference
    reads them. For a real model the answer's text is compared too."""
    golden, object = Golden(case.golden), programs.object(case)
    entries = golden.texts + [entry for entry in golden.prompts if "text" in entry][: options.prompts]
    for i, entry in enumerate(entries):
        chat = ["--chat"] if entry.get("chat") else []
        what = f"{'chat' if chat else 'text'} {i}"
        count = len(entry["generated"])
        ids = programs.ids(object, entry["text"], count, "--ignore-eos", *chat)
        agreed = same_ids(ids, entry, what)
        if "answer" in entry and agreed == count:
            printed = programs.answer(object, entry["text"], count, *chat).strip()
            if printed != entry["answer"].strip():
                raise Failed(f"{what}: answered {printed!r}, expected {entry['answer']!r}")
    return f"{len(entries)} texts"


def stops(programs, case, options):
    """Generation ends at any of the ids that generation_config.json names; the id that
    ends it may be printed or not."""
    golden, object = Golden(case.golden), programs.object(case)
    for stop in golden.stops:
        entry, end = golden.prompts[stop["prompt"]], stop["end"]
        ids = programs.ids(object, entry["tokens"], len(entry["generated"]))
        if ids not in (entry["generated"][:end], entry["generated"][: end + 1]):
            raise Failed(f"prompt {stop['prompt']}: {len(ids)} ids, but id {end} is {entry['generated'][end]}, "
                         "which ends the text")
    return f"{len(golden.stops)} ends"


def perplexity(programs, case, options):
    golden = Golden(case.golden).perplexity
    printed = programs.call("llm-eval", programs.object(case), "--text", GOLDENS / "perplexity.txt", "--window",
                            golden["window"], "--threads", programs.threads, limit=3600)
    match = re.search(r"perplexity\D*?([0-9]+\.[0-9]+)", printed, re.IGNORECASE)
    if not match:
        raise Failed(f"llm-eval printed no perplexity: {printed[:300]!r}")
    found, expected = float(match[1]), golden["perplexity"]
    change = found / expected - 1
    if abs(change) > case.tolerance:
        raise Failed(f"perplexity {found:.4f}, the reference's {expected:.4f}: {change:+.3%}, more than "
                     f"{case.tolerance:.2%}")
    return f"{found:.4f}, {change:+.3%}"


KINDS = {check.__name__: check for check in (exact, smollm2, near, threads, reproducible, text, stops, perplexity)}
