"""Reads a GGUF file (or the first of its splits) as the Hugging Face model it was
made from: config, dequantized f32 weights by their Hugging Face names, and the
tokenizer. Needs numpy and gguf only."""

import glob
import re

import numpy as np
from byte_level_bpe import PRETOKENIZERS, added_token, tokenizer_json
from gguf import GGUFReader, dequantize

ARCHITECTURES = {"llama": "LlamaForCausalLM", "qwen2": "Qwen2ForCausalLM", "qwen3": "Qwen3ForCausalLM"}

TENSORS = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "output": "lm_head",
}
LAYER_TENSORS = {
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}

CONTROL, USER_DEFINED = 3, 4  # token types


def interleave_heads(weight, heads):
    """llama.cpp's conversion of llama's q and k: rows i and i + head_dim/2 of a
    head become its rows 2i and 2i + 1."""
    half = weight.shape[0] // heads // 2
    return weight.reshape(heads, 2, half, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


def deinterleave_heads(weight, heads):
    """The inverse of interleave_heads."""
    half = weight.shape[0] // heads // 2
    return weight.reshape(heads, half, 2, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


class GgufCheckpoint:
    def __init__(self, path):
        match = re.fullmatch(r"(.*)-00001-of-(\d{5})\.gguf", str(path))
        paths = sorted(glob.glob(f"{match[1]}-*-of-{match[2]}.gguf")) if match else [path]
        if match and len(paths) != int(match[2]):
            raise ValueError(f"{path}: {len(paths)} of {int(match[2])} splits are there")
        readers = [GGUFReader(p) for p in paths]
        self.fields = {name: field.contents() for name, field in readers[0].fields.items()}
        self.architecture = self.fields["general.architecture"]
        self.tensors = {t.name: t for reader in readers for t in reader.tensors}

    def get(self, key, default=None):
        """A key of the architecture's own group."""
        return self.fields.get(f"{self.architecture}.{key}", default)

    def rope_parameters(self):
        rope = {"rope_type": "default", "rope_theta": float(self.get("rope.freq_base", 10000.0))}
        kind = self.get("rope.scaling.type", "none")
        if kind != "none":
            rope |= {"rope_type": kind, "factor": float(self.get("rope.scaling.factor"))}
        if kind == "yarn":
            rope["original_max_position_embeddings"] = self.get("rope.scaling.original_context_length")
        return rope

    def config(self):
        """config.json. A rope_freqs tensor is not in it: a reader applies it to
        the inverse frequencies."""
        heads, hidden = self.get("attention.head_count"), self.get("embedding_length")
        config = {
            "architectures": [ARCHITECTURES[self.architecture]],
            "model_type": self.architecture,
            "hidden_size": hidden,
            "intermediate_size": self.get("feed_forward_length"),
            "num_hidden_layers": self.get("block_count"),
            "num_attention_heads": heads,
            "num_key_value_heads": self.get("attention.head_count_kv", heads),
            "head_dim": self.get("attention.key_length", self.get("rope.dimension_count", hidden // heads)),
            "vocab_size": int(self.tensors["token_embd.weight"].shape[1]),
            "max_position_embeddings": self.get("context_length"),
            # The file holds 1e-05 as an f32; its shortest decimal is what was meant.
            "rms_norm_eps": float(str(np.float32(self.get("attention.layer_norm_rms_epsilon")))),
            "hidden_act": "silu",
            "tie_word_embeddings": "output.weight" not in self.tensors,
            "attention_bias": False,
            "rope_parameters": self.rope_parameters(),
        }
        if self.architecture == "llama":
            config["mlp_bias"] = False
        for token in ("bos", "eos", "pad"):
            id = self.fields.get(f"tokenizer.ggml.{'padding' if token == 'pad' else token}_token_id")
            if id is not None:
                config[f"{token}_token_id"] = id
        return config

    def rope_freqs(self):
        """Divisors of the inverse frequencies (Llama 3.1 and later), or None."""
        tensor = self.tensors.get("rope_freqs.weight")
        return None if tensor is None else self._values(tensor)

    def weights(self):
        """A list of (Hugging Face name, shape, function that dequantizes)."""
        entries = []
        for name, tensor in self.tensors.items():
            if name == "rope_freqs.weight":
                continue
            shape = tuple(int(n) for n in reversed(tensor.shape))
            entries.append((self._name(name), shape, lambda t=tensor: self._original(t)))
        return sorted(entries, key=lambda entry: entry[0])

    def tokenizer(self):
        """tokenizer.json of a byte-level BPE."""
        get = lambda key: self.fields.get(f"tokenizer.ggml.{key}")
        if get("model") != "gpt2" or get("pre") not in PRETOKENIZERS:
            raise ValueError(f"no tokenizer.json for {get('model')}, {get('pre')}")
        tokens = get("tokens")
        added = [
            added_token(id, tokens[id], special=kind == CONTROL)
            for id, kind in enumerate(get("token_type"))
            if kind in (CONTROL, USER_DEFINED)
        ]
        merges = [merge.split(" ", 1) for merge in get("merges")]
        return tokenizer_json(tokens, merges, get("pre"), added, get("bos_token_id") if get("add_bos_token") else None)

    def _name(self, name):
        stem, kind = name.rsplit(".", 1)
        match = re.fullmatch(r"blk\.(\d+)\.(\w+)", stem)
        if match:
            return f"model.layers.{match[1]}.{LAYER_TENSORS[match[2]]}.{kind}"
        return f"{TENSORS[stem]}.{kind}"

    def _values(self, tensor):
        shape = tuple(int(n) for n in reversed(tensor.shape))
        return dequantize(tensor.data, tensor.tensor_type).astype(np.float32).reshape(shape)

    def _original(self, tensor):
        values = self._values(tensor)
        heads = self.get("attention.head_count")
        if self.architecture == "llama" and ".attn_q." in tensor.name:
            return deinterleave_heads(values, heads)
        if self.architecture == "llama" and ".attn_k." in tensor.name:
            return deinterleave_heads(values, self.get("attention.head_count_kv", heads))
        return values
