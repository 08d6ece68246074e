"""The whole-model tests: which model, compiled how, checked against which golden.

Every tiny checkpoint is compiled at f32 (a GGUF file with exact activations) and must
give the reference's ids and logits. On top of that, a few are compiled in each other
way that must not change the answer, or may change it by a stated amount only.
"""

from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHECKPOINTS = ROOT / "tests" / "checkpoints"
EXPORTS = ROOT / "tests" / "exports"

F32 = ("--dtype=f32",)
EXACT = ("--activations=float",)


@dataclass(frozen=True)
class Case:
    name: str
    kind: str  # a function of checks.py
    model: Path
    golden: str
    flags: tuple = ()
    config: str = ""  # in the model's configs/, in place of its config.json
    tolerance: float = 1e-4  # of logits, relative to the largest; of a perplexity, its change
    context: int = 256


def golden_of_gguf(path):
    return "gguf-" + path.stem.partition("-00001-of-")[0]


def is_first(path):
    """Not a further split of a GGUF file."""
    return "-of-" not in path.stem or "-00001-of-" in path.stem


def plain_gguf(path):
    """Without blocks: it has no exact activations to ask for, only a type."""
    return any(part in path.stem for part in ("f32", "f16", "bf16", "split", "rope-freqs", "linear", "yarn"))


def every_checkpoint():
    for folder in sorted(p.parent for p in CHECKPOINTS.glob("*/config.json")):
        yield Case(folder.name, "exact", folder, folder.name, F32)
        for config in sorted(folder.glob("configs/*.json")):
            # NAME.rope-scaling is NAME in another spelling: the same golden.
            golden = f"{folder.name}-{config.stem.split('.')[0]}"
            yield Case(f"{folder.name}-{config.stem}", "exact", folder, golden, F32, config.name)
    for file in sorted((CHECKPOINTS / "gguf").glob("*.gguf")):
        if is_first(file):
            golden = golden_of_gguf(file)
            yield Case(golden, "exact", file, golden, F32 if plain_gguf(file) else EXACT)


def every_export():
    """ONNX files of checkpoints, whose goldens they share unless their weights are rounded, and others."""
    names = {p.parent.name for p in CHECKPOINTS.glob("*/config.json")}
    for file in sorted(EXPORTS.glob("*.onnx")):
        if "-genai-int4" in file.stem:
            yield Case(f"export-{file.stem}", "exact", file, f"export-{file.stem}", EXACT)
            continue
        golden = max((name for name in names if file.stem.startswith(f"{name}-")), key=len,
                     default=f"export-{file.stem}")
        yield Case(f"export-{file.stem}", "exact", file, golden, F32)


def variations():
    tied, gguf = CHECKPOINTS / "llama-tied", CHECKPOINTS / "gguf"
    rope, mistral = CHECKPOINTS / "llama-rope", CHECKPOINTS / "mistral"

    # Ways to compute the same.
    for chunk in ("7", "16", "64"):
        yield Case(f"llama-tied-chunk-{chunk}", "exact", tied, "llama-tied", F32 + (f"--prefill-chunk={chunk}",))
    yield Case("mistral-chunk-7", "exact", mistral, "mistral", F32 + ("--prefill-chunk=7",))
    yield Case("llama-rope-dynamic-chunk-16", "exact", rope, "llama-rope-dynamic", F32 + ("--prefill-chunk=16",),
               "dynamic.json")
    yield Case("gguf-llama-q4_0-chunk-16", "exact", gguf / "llama-q4_0.gguf", "gguf-llama-q4_0",
               EXACT + ("--prefill-chunk=16",))
    for size in ("16", "64"):
        yield Case(f"llama-tied-page-{size}", "exact", tied, "llama-tied", F32 + (f"--page-size={size}",))
    yield Case("mistral-page-16", "exact", mistral, "mistral", F32 + ("--page-size=16",))
    yield Case("llama-tied-batch-invariant", "exact", tied, "llama-tied", F32 + ("--batch-invariant",))
    yield Case("llama-tied-weights-file", "exact", tied, "llama-tied", F32 + ("--weights=file",))
    for name, tiles in (
            ("llama-tied", "register-rows=16,panels=2,classes=3:7:8,attention-rows=16,block-rows=65536,chunk-rows=65536"),
            ("mistral", "register-rows=3:5:5,panels=3:1:7,classes=1:2,attention-rows=5,span-tokens=1,block-rows=3,chunk-rows=1"),
            ("qwen3-biases", "register-rows=1,panels=1,classes=65536,attention-rows=1,block-rows=1,chunk-rows=7"),
            ("llama-untied", "span-tokens=1,prefetch-bytes=1")):
        yield Case(f"{name}-tiles", "exact", CHECKPOINTS / name, name, F32 + (f"--tile={tiles}",))
    for name, tiles in (("llama-q8_0", "register-rows=7,panels=3,integer-sums=15"),
                        ("llama-q4_k_m", "register-rows=2:11,panels=5:2,integer-sums=1")):
        yield Case(f"gguf-{name}-tiles", "near", gguf / f"{name}.gguf", f"gguf-{name}", (f"--tile={tiles}",),
                   tolerance=0.2)
    yield Case("llama-gqa4-bf16-tiles", "near", CHECKPOINTS / "llama-gqa4-bf16", "llama-gqa4-bf16",
               ("--tile=register-rows=5,panels=3",), tolerance=0.1)
    for name in ("llama-tied", "mistral"):
        yield Case(f"{name}-threads", "threads", CHECKPOINTS / name, name, F32)
    for name in ("llama-gqa4-bf16", "qwen3"):
        yield Case(f"{name}-threads", "threads", CHECKPOINTS / name, name)
    for name in ("llama-q4_0", "llama-q4_k"):
        yield Case(f"gguf-{name}-threads", "threads", gguf / f"{name}.gguf", f"gguf-{name}")
    for name in ("llama-tied", "llama-gqa4-bf16"):
        yield Case(f"{name}-reproducible", "reproducible", CHECKPOINTS / name, name)
    yield Case("gguf-llama-q4_k-reproducible", "reproducible", gguf / "llama-q4_k.gguf", "gguf-llama-q4_k")

    # Weights that rounding to nearest leaves as they are.
    for kind in ("int8", "int4-g32", "int4-g64", "int4-g128", "int4-g32-asym", "int4-g128-asym"):
        name = "grid-" + kind.replace("-g32", "").replace("-g64", "").replace("-g128", "")
        yield Case(f"quantize-{kind}", "exact", CHECKPOINTS / name, name, F32 + EXACT + (f"--quantize={kind}",))

    # Levels that fall back to f32, whatever the weights are.
    for level in ("x86-64-v3", "x86-64-v4"):
        for model, golden, flags in ((gguf / "llama-q4_k_m.gguf", "gguf-llama-q4_k_m", ()),
                                     (gguf / "qwen3-bf16.gguf", "gguf-qwen3-bf16", ("--kv-cache=f32",)),
                                     (CHECKPOINTS / "llama-gqa4-bf16", "llama-gqa4-bf16", ("--kv-cache=f32",)),
                                     (CHECKPOINTS / "grid-int8", "grid-int8", ("--quantize=int8", "--kv-cache=f32"))):
            yield Case(f"{golden}-{level}", "exact", model, golden, (f"--target={level}",) + flags)
        yield Case(f"llama-mqa-f16-{level}", "near", CHECKPOINTS / "llama-mqa-f16", "llama-mqa-f16",
                   (f"--target={level}", "--dtype=bf16", "--kv-cache=int8"), tolerance=0.2)

    # Text in, and where text ends.
    for name in ("llama-tied", "llama-gqa4-bf16", "mistral", "qwen2"):
        yield Case(f"{name}-text", "text", CHECKPOINTS / name, name, F32)
    for name in ("llama-q4_0", "llama-q5_0", "qwen3-q5_1"):
        yield Case(f"gguf-{name}-text", "text", gguf / f"{name}.gguf", f"gguf-{name}", EXACT)
    yield Case("llama-tied-stops", "stops", tied, "llama-tied", F32)
    yield Case("export-llama-tied-genai-text", "text", EXPORTS / "llama-tied-genai.onnx", "llama-tied",
               F32 + (f"--tokenizer={tied / 'tokenizer.json'}",))

    # Cheaper arithmetic: logits near the reference's, no more. Random models amplify
    # errors; the bounds are about three times what numpy gives with the same rounding,
    # and a tenth of what a wrong weight does.
    for name in ("llama-gqa4-bf16", "llama-biases", "qwen3"):
        yield Case(f"{name}-as-stored", "near", CHECKPOINTS / name, name, (), tolerance=0.1)
    yield Case("llama-mqa-f16-as-stored", "near", CHECKPOINTS / "llama-mqa-f16", "llama-mqa-f16", (), tolerance=0.02)
    for name in ("llama-q4_0", "qwen2-q4_1", "llama-q5_0", "qwen3-q5_1", "llama-q8_0", "qwen2-q2_k", "qwen3-q3_k",
                 "llama-q4_k", "qwen3-q5_k", "llama-q6_k", "llama-q4_k_m"):
        yield Case(f"gguf-{name}-activations", "near", gguf / f"{name}.gguf", f"gguf-{name}", (), tolerance=0.2)
    for kind, tolerance in (("bf16", 0.05), ("f16", 0.01), ("int8", 0.15)):
        yield Case(f"llama-tied-kv-{kind}", "near", tied, "llama-tied", F32 + (f"--kv-cache={kind}",),
                   tolerance=tolerance)
    yield Case("llama-tied-int8", "near", tied, "llama-tied", F32 + EXACT + ("--quantize=int8",), tolerance=0.25)


def tiny():
    return [*every_checkpoint(), *every_export(), *variations()]


def smollm2(folder, gguf):
    """SmolLM2 from its two files; `folder` holds it dequantized to f32."""
    cases = [
        Case("smollm2-f32", "smollm2", folder, "smollm2", F32),
        Case("smollm2-gguf", "smollm2", gguf, "smollm2", EXACT),
        Case("smollm2-threads", "threads", gguf, "smollm2"),
        Case("smollm2-text", "text", folder, "smollm2", F32),
        Case("smollm2-perplexity", "perplexity", folder, "smollm2", F32, tolerance=1e-4),
        Case("smollm2-perplexity-activations", "perplexity", gguf, "smollm2", (), tolerance=5e-3),
        Case("smollm2-perplexity-kv-int8", "perplexity", folder, "smollm2", F32 + ("--kv-cache=int8",),
             tolerance=5e-3),
    ]
    return [replace(case, context=512) for case in cases]
