"""Writes safetensors files tensor by tensor, so that a model needs no more
memory than its largest tensor. The safetensors package writes from one dict
and knows bf16 only through torch."""

import json

import numpy as np

DTYPES = {"f32": ("F32", 4), "bf16": ("BF16", 2), "f16": ("F16", 2)}


def to_bytes(array, dtype):
    """Rounds f32 values to `dtype`, to nearest, ties to even."""
    array = np.ascontiguousarray(array, dtype=np.float32)
    if dtype == "f32":
        return array.tobytes()
    if dtype == "f16":
        return array.astype(np.float16).tobytes()
    bits = array.view(np.uint32)
    rounded = bits + (0x7FFF + ((bits >> 16) & 1))
    return (rounded >> 16).astype(np.uint16).tobytes()


def write(path, entries, dtype, metadata=None):
    """`entries` is a list of (name, shape, function that returns the f32 array);
    each function is called once, in order, when its bytes are due."""
    tag, size = DTYPES[dtype]
    header, offset = {"__metadata__": {"format": "pt", **(metadata or {})}}, 0
    for name, shape, _ in entries:
        end = offset + size * int(np.prod(shape))
        header[name] = {"dtype": tag, "shape": list(shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        for name, shape, make in entries:
            array = make()
            if tuple(array.shape) != tuple(shape):
                raise ValueError(f"{name}: made {array.shape}, announced {shape}")
            file.write(to_bytes(array, dtype))
