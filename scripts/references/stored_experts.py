"""Experts of Mixtral: one matrix each in files, stacked in transformers' classes."""

import re

import torch

STACKS = re.compile(r"(.*)\.mlp\.experts\.(gate_up|down)_proj$")
STORED = re.compile(r"(.*)\.block_sparse_moe\.experts\.(\d+)\.w([123])\.weight$")


def stored_shapes(shapes):
    """(name, shape) as files have them, of those of the class."""
    for name, shape in shapes:
        if not (found := STACKS.match(name)):
            yield name.replace(".mlp.gate.", ".block_sparse_moe.gate."), shape
            continue
        experts, rows, columns = shape
        for expert in range(experts):
            prefix = f"{found[1]}.block_sparse_moe.experts.{expert}"
            if found[2] == "down":
                yield f"{prefix}.w2.weight", (rows, columns)
            else:  # silu(w1 x) * w3 x
                yield f"{prefix}.w1.weight", (rows // 2, columns)
                yield f"{prefix}.w3.weight", (rows // 2, columns)


def stacked(state):
    """A file's tensors by the names of the class."""
    result, experts = {}, {}
    for name, value in state.items():
        if found := STORED.match(name):
            experts.setdefault(found[1], {})[int(found[2]), int(found[3])] = value
        else:
            result[name.replace(".block_sparse_moe.gate.", ".mlp.gate.")] = value
    for layer, parts in experts.items():
        count = len(parts) // 3
        result[f"{layer}.mlp.experts.gate_up_proj"] = torch.stack(
            [torch.cat([parts[e, 1], parts[e, 3]]) for e in range(count)])
        result[f"{layer}.mlp.experts.down_proj"] = torch.stack([parts[e, 2] for e in range(count)])
    return result
