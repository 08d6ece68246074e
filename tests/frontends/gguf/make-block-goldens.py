#!/usr/bin/env python3
"""Writes BlockGoldens.inc: blocks of random bytes and what gguf-py makes of them.

Needs numpy and gguf. Scales are random finite halves, among them zero, a
subnormal and a negative one; all other bytes are uniform, so that every bit of
a layout matters.
"""

import pathlib

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, quants

# Type -> byte offsets of its f16 fields.
HALVES = {
    "F16": [0],
    "BF16": [],
    "Q4_0": [0],
    "Q4_1": [0, 2],
    "Q5_0": [0],
    "Q5_1": [0, 2],
    "Q8_0": [0],
    "Q2_K": [80, 82],
    "Q3_K": [108],
    "Q4_K": [0, 2],
    "Q5_K": [0, 2],
    "Q6_K": [208],
}
SCALES = [0.0, -0.0123, 3.1e-6, 0.0371, 11.5, 1.0]
BLOCKS = 3


def words(values):
    lines = []
    for start in range(0, len(values), 8):
        chunk = values[start : start + 8]
        lines.append("    " + ", ".join(f"0x{v:x}" for v in chunk) + ",")
    return "\n".join(lines)


def main():
    rng = np.random.default_rng(20261123)
    out = ["// Written by make-block-goldens.py; gguf-py's values bit by bit."]
    for name, halves in HALVES.items():
        kind = GGMLQuantizationType[name]
        elements, size = GGML_QUANT_SIZES[kind]
        count = BLOCKS * (1 if elements > 1 else 16)
        blocks = rng.integers(0, 256, (count, size), dtype=np.uint8)
        if name == "BF16":
            blocks[:, 1] &= 0xBF  # no infinities or NaN
        for i in range(count):
            for field in halves:
                scale = np.float16(rng.choice(SCALES) * rng.uniform(0.5, 1.0))
                blocks[i, field : field + 2] = np.frombuffer(scale.tobytes(), np.uint8)
        values = quants.dequantize(blocks.reshape(1, -1), kind).astype(np.float32)
        out.append(f"static const uint8_t k{name}Bytes[] = {{")
        out.append(words(list(blocks.ravel())))
        out.append("};")
        out.append(f"static const uint32_t k{name}Values[] = {{")
        out.append(words(list(values.ravel().view(np.uint32))))
        out.append("};")
    path = pathlib.Path(__file__).with_name("BlockGoldens.inc")
    path.write_text("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
