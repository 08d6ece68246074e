#!/usr/bin/env python3
"""Writes config-goldens.json: config.json texts and what transformers makes of them.

Needs transformers (5.23 was used), no torch. Configs leave fields out, spell
rotary settings in both ways and hold nulls, so that every default and every
priority of the four config classes is met. Kept are those whose model can be
built.
"""

import json
import pathlib
import random

import transformers

transformers.logging.set_verbosity_error()

CLASSES = {
    "llama": ("LlamaForCausalLM", transformers.LlamaConfig),
    "mistral": ("MistralForCausalLM", transformers.MistralConfig),
    "qwen2": ("Qwen2ForCausalLM", transformers.Qwen2Config),
    "qwen3": ("Qwen3ForCausalLM", transformers.Qwen3Config),
}
KINDS = ["default", "linear", "dynamic", "yarn", "llama3"]
CASES = 160
rng = random.Random(20261123)


def maybe(target, key, choices, chance):
    if rng.random() < chance:
        target[key] = rng.choice(choices)


def rotary():
    kind = rng.choice(KINDS)
    settings = {}
    spelling = rng.random()
    if spelling < 0.55:
        settings["rope_type"] = kind
    if spelling > 0.45:
        settings["type"] = kind if spelling > 0.55 else rng.choice(KINDS)
    maybe(settings, "rope_theta", [500.0, 10000, 1e6], 0.4)
    if kind != "default":
        settings["factor"] = rng.choice([2, 4.0, 8.5])
    if kind in ("yarn", "llama3"):
        maybe(settings, "original_max_position_embeddings", [16, 64, 128], 0.7)
    if kind == "llama3":
        settings["low_freq_factor"] = rng.choice([1, 1.5])
        settings["high_freq_factor"] = rng.choice([4.0, 8])
    if kind == "yarn":
        maybe(settings, "beta_fast", [16.0, 0, None], 0.4)
        maybe(settings, "beta_slow", [2.0, 0, None], 0.4)
        maybe(settings, "attention_factor", [1.5, None], 0.3)
        maybe(settings, "mscale", [0.7, 1, 0, None], 0.5)
        maybe(settings, "mscale_all_dim", [0.8, 1, 0, None], 0.5)
        maybe(settings, "truncate", [True, False], 0.3)
        if rng.random() < 0.15:
            settings["factor"] = None
    return settings


def random_config(model_type):
    config = {"architectures": [CLASSES[model_type][0]], "model_type": model_type}
    maybe(config, "vocab_size", [301, 1000], 0.7)
    maybe(config, "hidden_size", [64, 96, 60], 0.7)
    maybe(config, "intermediate_size", [77, 128], 0.7)
    maybe(config, "num_hidden_layers", [2, 3, 5], 0.9)
    maybe(config, "num_attention_heads", [4, 6, 8], 0.7)
    maybe(config, "num_key_value_heads", [1, 2, 4, None], 0.8)
    maybe(config, "head_dim", [16, 18, None], 0.5)
    maybe(config, "max_position_embeddings", [512, 4096], 0.7)
    maybe(config, "rms_norm_eps", [1e-5, 1e-6], 0.7)
    maybe(config, "tie_word_embeddings", [True, False], 0.5)
    maybe(config, "attention_bias", [True, False], 0.4)
    maybe(config, "mlp_bias", [True, False], 0.4)
    maybe(config, "sliding_window", [8, 33, None], 0.6)
    maybe(config, "use_sliding_window", [True, False], 0.6)
    maybe(config, "max_window_layers", [0, 1, 2, 28], 0.5)
    if model_type.startswith("qwen") and config.get("use_sliding_window"):
        if config.get("sliding_window", 1) and rng.random() < 0.5:
            config["layer_types"] = [
                rng.choice(["full_attention", "sliding_attention"])
                for _ in range(config.get("num_hidden_layers", 32))
            ]
    spelling = rng.random()
    if spelling < 0.4 or spelling > 0.8:
        config["rope_scaling"] = rng.choice([rotary(), rotary(), rotary(), None, {}])
    if spelling > 0.4:
        config["rope_parameters"] = rng.choice([rotary(), rotary(), rotary(), None])
    maybe(config, "rope_theta", [500.0, 10000, 1e6], 0.5)
    maybe(config, "original_max_position_embeddings", [32], 0.1)
    return config


def expected(model_type, config):
    """What the model classes read from the config, or None if they cannot."""
    try:
        t = CLASSES[model_type][1].from_dict(json.loads(json.dumps(config)))
        t.standardize_rope_params()  # as each of the rope functions does again
    except Exception:  # the classes raise many kinds
        return None
    head_dim = getattr(t, "head_dim", None) or t.hidden_size // t.num_attention_heads
    if t.num_attention_heads % t.num_key_value_heads or head_dim % 2 or head_dim < 4:
        return None
    rope = t.rope_parameters
    kind = rope["rope_type"]
    out = {
        "hidden_size": t.hidden_size,
        "intermediate_size": t.intermediate_size,
        "num_hidden_layers": t.num_hidden_layers,
        "num_attention_heads": t.num_attention_heads,
        "num_key_value_heads": t.num_key_value_heads,
        "head_dim": head_dim,
        "vocab_size": t.vocab_size,
        "max_position_embeddings": t.max_position_embeddings,
        "rms_norm_eps": t.rms_norm_eps,
        "tie_word_embeddings": t.tie_word_embeddings,
        "rope_type": kind,
        "rope_theta": rope["rope_theta"],
    }
    if model_type == "llama":
        windows = [0] * t.num_hidden_layers
    elif model_type == "mistral":
        windows = [t.sliding_window or 0] * t.num_hidden_layers
    else:
        windows = [
            t.sliding_window if kind_of_layer == "sliding_attention" else 0
            for kind_of_layer in t.layer_types
        ]
        if None in windows:
            return None
    out["windows"] = windows
    bias = model_type in ("llama", "qwen3") and t.attention_bias
    out["qkv_bias"] = bias or model_type == "qwen2"
    out["output_bias"] = bias
    out["mlp_bias"] = model_type == "llama" and t.mlp_bias
    out["head_norms"] = model_type == "qwen3"
    if kind != "default":
        out["factor"] = rope["factor"]
    if kind == "dynamic":
        out["original"] = t.max_position_embeddings
    if kind in ("yarn", "llama3"):
        out["original"] = rope["original_max_position_embeddings"]
    if kind == "llama3":
        out["low_freq_factor"] = rope["low_freq_factor"]
        out["high_freq_factor"] = rope["high_freq_factor"]
    if kind == "yarn":
        if out["factor"] is None:
            out["factor"] = t.max_position_embeddings / out["original"]
        out["beta_fast"] = rope.get("beta_fast") or 32
        out["beta_slow"] = rope.get("beta_slow") or 1
        out["attention_factor"] = rope.get("attention_factor")
        both = rope.get("mscale") and rope.get("mscale_all_dim")
        out["mscale"] = rope["mscale"] if both else None
        out["mscale_all_dim"] = rope["mscale_all_dim"] if both else None
        out["truncate"] = rope.get("truncate", True)
    return out


def main():
    lines = []
    while len(lines) < CASES:
        model_type = list(CLASSES)[len(lines) % len(CLASSES)]
        config = random_config(model_type)
        out = expected(model_type, config)
        if out:
            lines.append(json.dumps({"config": config, "expected": out}))
    path = pathlib.Path(__file__).with_name("config-goldens.json")
    path.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
