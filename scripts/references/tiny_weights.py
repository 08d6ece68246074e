"""Random weights under which every part of a tiny model shows in its logits.

Scales are chosen so that attention is neither uniform nor one-hot, layers weigh
more than the embedding they are added to, and logits spread over several units.
All parameters are random, norms and biases too: a reader that drops one fails.
"""

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, dequantize, quantize


# Matrices that rounding to nearest leaves as they are: every group of 32 holds the
# ends of the range, and a row has one step for all of its groups.
GRIDS = {"int8": (-127, 127), "int4": (-7, 7), "int4-asym": (-8, 7)}


def on_grid(shape, size, lowest, highest, rng):
    quants = rng.integers(lowest, highest + 1, shape)
    for row in quants:
        for start in range(0, len(row), 32):
            ends = start + rng.choice(min(32, len(row) - start), 2, replace=False)
            row[ends] = lowest, highest
    step = 2.0 ** np.round(np.log2(size / quants.std()))
    steps = step * rng.choice([0.5, 1.0, 2.0], (shape[0], 1))  # powers of two: bf16 holds the products
    return (quants * steps).astype(np.float32)


def values(name, shape, tied, rng, grid="", norm_addend=0):
    """f32 values of a parameter by its Hugging Face name. `norm_addend` is what the
    class adds to the weights of norms."""
    if norm_addend and "norm" in name:
        # What layers give must outweigh scaled embeddings, or a tied head repeats the token.
        gain = 3.0 if ".post_" in name else 1.0
        return values(name, shape, tied, rng) * np.float32(gain) - np.float32(norm_addend)
    if grid and len(shape) == 2:
        return on_grid(shape, scale(name, shape, tied), *GRIDS[grid], rng)
    if name.endswith(("q_norm.weight", "k_norm.weight")):
        return rng.uniform(0.8, 2.4, shape).astype(np.float32)
    if name.endswith(("norm.weight", "ln_1.weight", "ln_2.weight", "ln_f.weight")):
        return rng.uniform(0.5, 1.6, shape).astype(np.float32)
    normal = rng.standard_normal(shape).astype(np.float32)
    if name.endswith(".bias"):
        return normal * np.float32(0.4)
    return normal * np.float32(scale(name, shape, tied))


def scale(name, shape, tied):
    if "embed_tokens" in name or ".wte" in name:
        return 2.0 / np.sqrt(shape[1]) if tied else 1.0
    if ".wpe" in name:
        return 0.7
    if ".c_" in name:  # stored as [in, out]
        return {"attn.c_proj": 4.0, "mlp.c_proj": 2.5}.get(name.split(".", 3)[3].rsplit(".", 1)[0], 1.5) / np.sqrt(shape[0])
    gains = {"q_proj": 1.3, "k_proj": 1.3, "o_proj": 4.0, "down_proj": 2.5, ".w2.": 2.5}
    gain = next((gain for part, gain in gains.items() if part in name), 1.6)
    return gain / np.sqrt(shape[1])


# Where a k-quant block keeps its f16 scales, the mean of its quants and whether it
# has a minimum to subtract: (offset of d, offset of dmin, mean quant).
KQUANT_SCALES = {"Q2_K": (80, 82, 1.5), "Q3_K": (108, None, 0), "Q4_K": (0, 2, 7.5), "Q5_K": (0, 2, 15.5),
                 "Q6_K": (208, None, 0)}


def kquant_blocks(type_name, name, shape, tied, rng):
    """Random bits in every field of the blocks but their f16 scales, which bring the
    values to the size wanted. gguf has no encoder for these types; random blocks
    reach every combination of bits that a file may hold."""
    type = GGMLQuantizationType[type_name]
    block, size = GGML_QUANT_SIZES[type]
    d_at, dmin_at, mean = KQUANT_SCALES[type_name]
    blocks = rng.integers(0, 256, (shape[0] * shape[1] // block, size), dtype=np.uint8)

    def set_half(at, halves):
        blocks[:, at : at + 2] = halves.astype("<f2").view(np.uint8).reshape(-1, 2)

    jitter = rng.uniform(0.6, 1.5, len(blocks))
    if dmin_at is None:
        jitter *= rng.choice([-1.0, 1.0], len(blocks))
    factor = 2.0**-6
    for _ in range(2):  # the first round measures, the second is scaled
        set_half(d_at, factor * jitter)
        if dmin_at is not None:
            set_half(dmin_at, factor * jitter * mean * rng.uniform(0.8, 1.25, len(blocks)))
        rows = blocks.reshape(shape[0], -1)
        factor *= scale(name, shape, tied) / dequantize(rows, type).std()
    return rows


def encoded(type_name, name, shape, tied, rng, arrange):
    """The bytes of a GGUF tensor, one row of uint8 a row of the matrix. `arrange`
    reorders rows as the file wants them."""
    if type_name in KQUANT_SCALES:
        return arrange(kquant_blocks(type_name, name, shape, tied, rng))
    data = quantize(values(name, shape, tied, rng), GGMLQuantizationType[type_name])
    return arrange(data)
