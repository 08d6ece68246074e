"""The catalogue of tiny checkpoints: which models exist, and why each does.

A folder checkpoint holds config.json; further files in its configs/ share its
weights. `NAME.rope-scaling.json` is `NAME.json` in the spelling from before
rope_parameters, and must give the same numbers.
"""

from dataclasses import dataclass, field


@dataclass
class Folder:
    name: str
    config: dict
    dtype: str = "bf16"
    f32: tuple = ()  # tensors kept in f32, by a part of their name
    shards: int = 1
    grid: str = ""  # of tiny_weights.py: quantizing to it loses nothing
    tokenizer: str = ""  # a kind of tiny_tokenizers.py; empty: none
    several_ends: bool = False  # generation_config.json names ids that the goldens run into
    configs: dict = field(default_factory=dict)  # name -> overrides; None removes a key
    # Changes of the config that must move the logits, or the test would not see a
    # frontend that misses them.
    probes: list = field(default_factory=list)


@dataclass
class Gguf:
    name: str
    config: dict
    types: dict  # part of a tensor's name -> GGML type; the first that fits, "" last
    pre: str = "smollm"
    splits: int = 1
    version: int = 3
    alignment: int = 32


def llama(hidden, heads, kv, intermediate, layers, vocab, **more):
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": hidden,
        "num_attention_heads": heads,
        "num_key_value_heads": kv,
        "intermediate_size": intermediate,
        "num_hidden_layers": layers,
        "vocab_size": vocab,
        "max_position_embeddings": 512,
        "rms_norm_eps": 1e-5,
        "hidden_act": "silu",
        "rope_theta": 10000.0,
        "tie_word_embeddings": False,
        "bos_token_id": 1,
        "eos_token_id": 2,
    } | more


def mistral(*sizes, **more):
    return llama(*sizes, **({"architectures": ["MistralForCausalLM"], "model_type": "mistral"} | more))


def mixtral(*sizes, **more):
    return llama(*sizes, **({"architectures": ["MixtralForCausalLM"], "model_type": "mixtral", "num_local_experts": 5,
                             "num_experts_per_tok": 2, "rope_theta": None, "sliding_window": None} | more))


def qwen2(*sizes, **more):
    own = {"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "use_sliding_window": False,
           "sliding_window": 8, "max_window_layers": 1, "rms_norm_eps": 1e-6, "rope_theta": 1000000.0}
    return llama(*sizes, **(own | more))


def qwen3(*sizes, **more):
    return qwen2(*sizes, **({"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3"} | more))


def gemma3(hidden, heads, kv, intermediate, layers, vocab, **more):
    return {
        "architectures": ["Gemma3ForCausalLM"],
        "model_type": "gemma3_text",
        "hidden_size": hidden,
        "num_attention_heads": heads,
        "num_key_value_heads": kv,
        "intermediate_size": intermediate,
        "num_hidden_layers": layers,
        "vocab_size": vocab,
        "max_position_embeddings": 512,
        "rms_norm_eps": 1e-6,
        "hidden_activation": "gelu_pytorch_tanh",
        "sliding_window": 8,
        "tie_word_embeddings": True,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 0,
    } | more


def phi3(*sizes, **more):
    own = {"architectures": ["Phi3ForCausalLM"], "model_type": "phi3", "pad_token_id": 0,
           "original_max_position_embeddings": 512}
    return llama(*sizes, **(own | more))


def gpt2(hidden, heads, layers, vocab, **more):
    return {
        "architectures": ["GPT2LMHeadModel"],
        "model_type": "gpt2",
        "n_embd": hidden,
        "n_head": heads,
        "n_layer": layers,
        "vocab_size": vocab,
        "n_positions": 300,
        "activation_function": "gelu_new",
        "layer_norm_epsilon": 1e-5,
        "tie_word_embeddings": True,
        "bos_token_id": 1,
        "eos_token_id": 2,
    } | more


YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64}
ROPES = {
    "linear": {"rope_type": "linear", "factor": 2.5},
    "dynamic": {"rope_type": "dynamic", "factor": 2.0},
    "yarn": YARN,
    "yarn-attention-factor": YARN | {"attention_factor": 0.7},
    "yarn-mscale": YARN | {"mscale": 0.707, "mscale_all_dim": 2.0},
    "yarn-betas": YARN | {"beta_fast": 4.0, "beta_slow": 0.25, "truncate": False},
    "llama3": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
               "original_max_position_embeddings": 64},
    # One prompt is longer than the original length, one text becomes so.
    "longrope": {"rope_type": "longrope", "factor": 4.0, "original_max_position_embeddings": 64,
                 "short_factor": [1.0 + 0.1 * i for i in range(9)], "long_factor": [1.5 + 0.5 * i for i in range(9)]},
}


def rope_configs():
    """Every kind of rope in both spellings. Prompts of the tests run past the 32
    positions from which dynamic scaling sets in."""
    configs = {}
    for name, rope in ROPES.items():
        sizes = {"max_position_embeddings": 32} if name == "dynamic" else {}
        configs[name] = {"rope_theta": None, "rope_parameters": {"rope_theta": 10000.0} | rope} | sizes
        # Older still, and widespread: "type" for "rope_type".
        key = "type" if name in ("linear", "dynamic", "yarn") else "rope_type"
        old = {key: rope["rope_type"]} | {k: v for k, v in rope.items() if k != "rope_type"}
        configs[f"{name}.rope-scaling"] = {"rope_theta": 10000.0, "rope_scaling": old} | sizes
    return configs


FOLDERS = [
    # Grouped queries 3:1, tied, head_dim unlike hidden / heads, a tokenizer with a chat template.
    Folder("llama-tied", llama(54, 6, 2, 77, 3, 301, head_dim=10, tie_word_embeddings=True), dtype="f32",
           tokenizer="smollm", several_ends=True, probes=[{"rms_norm_eps": 1e-2}, {"rope_theta": 9000.0}]),
    # Plain multi-head attention with the fields that have defaults left out; a large epsilon.
    Folder("llama-untied", llama(48, 4, None, 50, 2, 203, rms_norm_eps=1e-2, rope_theta=500.0), dtype="f32",
           probes=[{"rms_norm_eps": 1e-5}, {"rope_theta": 10000.0}]),
    Folder("llama-gqa4-bf16", llama(64, 8, 2, 90, 2, 301, head_dim=18, rope_theta=500000.0, bos_token_id=0),
           tokenizer="llama-bpe"),
    Folder("llama-mqa-f16", llama(50, 5, 1, 77, 2, 151, head_dim=18, tie_word_embeddings=True), dtype="f16"),
    Folder("llama-biases", llama(50, 5, 5, 61, 2, 151, attention_bias=True, mlp_bias=True)),
    Folder("llama-rope", llama(54, 3, 1, 77, 2, 151, head_dim=18), configs=rope_configs()),
    # Three files and an index; norms kept in f32 beside bf16 matrices.
    Folder("llama-sharded", llama(40, 4, 2, 44, 3, 151, head_dim=14), f32=("norm",), shards=3),
    Folder("mistral", mistral(48, 4, 2, 70, 2, 401, head_dim=14, sliding_window=8), tokenizer="sentencepiece",
           configs={"no-window": {"sliding_window": None}, "window-33": {"sliding_window": 33}},
           probes=[{"sliding_window": 7}, {"sliding_window": 9}]),
    # An MLP's width that fills no panel; the class's own frequencies.
    Folder("mixtral", mixtral(48, 4, 2, 70, 3, 301), dtype="f32", configs={"top-3": {"num_experts_per_tok": 3}}),
    Folder("qwen2", qwen2(60, 6, 3, 83, 3, 301), tokenizer="qwen2",
           configs={"windowed": {"use_sliding_window": True},
                    "layer-types": {"use_sliding_window": True, "layer_types":
                                    ["sliding_attention", "full_attention", "sliding_attention"]}}),
    Folder("qwen3", qwen3(50, 5, 1, 77, 3, 151, head_dim=14, tie_word_embeddings=True),
           configs={"windowed": {"use_sliding_window": True, "max_window_layers": 2}}),
    Folder("qwen3-biases", qwen3(36, 4, 2, 50, 2, 151, head_dim=10, attention_bias=True)),
    # Layers of both kinds, frequencies of their own for each; embeddings scaled by what no bf16 is, and the two
    # spellings of a config.
    Folder("gemma3", gemma3(60, 4, 2, 83, 4, 301, head_dim=14, query_pre_attn_scalar=11, layer_types=[
        "sliding_attention", "full_attention", "full_attention", "sliding_attention"], rope_parameters={
            "full_attention": {"rope_type": "linear", "factor": 2.0, "rope_theta": 500000.0},
            "sliding_attention": {"rope_type": "default", "rope_theta": 5000.0}}), dtype="f32",
           configs={"pattern": {"layer_types": None, "rope_parameters": None, "sliding_window_pattern": 2,
                                "rope_theta": 500000.0, "rope_local_base_freq": 5000.0,
                                "rope_scaling": {"rope_type": "linear", "factor": 2.0}}},
           probes=[{"query_pre_attn_scalar": 14}, {"sliding_window": 7}, {"rms_norm_eps": 1e-2}]),
    Folder("phi3", phi3(48, 4, 2, 70, 2, 301, partial_rotary_factor=0.5), configs={"windowed": {"sliding_window": 8}},
           probes=[{"partial_rotary_factor": 1.0}]),
    Folder("gpt2", gpt2(52, 2, 2, 301), dtype="f32", probes=[{"layer_norm_epsilon": 1e-1}]),
    # An MLP of a width of its own, heads not tied, in half precision.
    Folder("gpt2-untied", gpt2(40, 4, 2, 151, n_inner=50, tie_word_embeddings=False), dtype="f16"),
    # Quantized by the compiler, these must still give the reference's numbers.
    Folder("grid-int8", llama(64, 2, 1, 96, 1, 151, tie_word_embeddings=True), grid="int8"),
    Folder("grid-int4", llama(64, 2, 1, 96, 1, 151, tie_word_embeddings=True), grid="int4"),
    Folder("grid-int4-asym", llama(64, 2, 1, 96, 1, 151, tie_word_embeddings=True), grid="int4-asym"),
]


def all_as(type):
    return {"": type}


# Blocks of 32 run along a row, k-quants' of 256. Norms and biases are F32 in every file.
GGUFS = [
    Gguf("llama-f32", llama(36, 6, 2, 50, 2, 283, head_dim=10), all_as("F32")),
    Gguf("qwen2-f16", qwen2(40, 4, 2, 50, 2, 283), all_as("F16"), pre="qwen2"),
    Gguf("qwen3-bf16", qwen3(40, 4, 1, 50, 2, 283, head_dim=14), all_as("BF16"), pre="qwen2"),
    Gguf("llama-q4_0", llama(64, 4, 2, 96, 2, 283, head_dim=24, tie_word_embeddings=True), all_as("Q4_0")),
    Gguf("qwen2-q4_1", qwen2(96, 4, 1, 64, 2, 283), all_as("Q4_1"), pre="qwen2"),
    Gguf("llama-q5_0", llama(64, 2, 2, 96, 2, 283, head_dim=48), all_as("Q5_0"), pre="llama-bpe"),
    Gguf("qwen3-q5_1", qwen3(64, 4, 2, 96, 2, 283, head_dim=16, tie_word_embeddings=True), all_as("Q5_1"), pre="qwen2"),
    Gguf("llama-q8_0", llama(64, 4, 1, 96, 2, 283, tie_word_embeddings=True), all_as("Q8_0")),
    Gguf("qwen2-q2_k", qwen2(256, 8, 2, 256, 1, 283, tie_word_embeddings=True), all_as("Q2_K"), pre="qwen2"),
    Gguf("qwen3-q3_k", qwen3(256, 8, 2, 256, 1, 283, head_dim=32, tie_word_embeddings=True), all_as("Q3_K"), pre="qwen2"),
    Gguf("llama-q4_k", llama(256, 8, 2, 256, 1, 283, tie_word_embeddings=True), all_as("Q4_K")),
    Gguf("qwen3-q5_k", qwen3(256, 8, 2, 256, 1, 283, head_dim=64, tie_word_embeddings=True), all_as("Q5_K"), pre="qwen2"),
    Gguf("llama-q6_k", llama(256, 4, 1, 256, 1, 283, tie_word_embeddings=True), all_as("Q6_K")),
    # As llama.cpp's Q4_K_M mixes: v and down of some layers and the head in Q6_K.
    Gguf("llama-q4_k_m", llama(256, 8, 2, 256, 2, 283),
         {"blk.0.attn_v": "Q6_K", "blk.0.ffn_down": "Q6_K", "output.": "Q6_K", "": "Q4_K"}),
    Gguf("llama-split", llama(36, 3, 1, 50, 2, 283), all_as("F16"), splits=3),
    Gguf("llama-v2", llama(32, 2, 1, 64, 2, 283, tie_word_embeddings=True), all_as("Q8_0"), version=2, alignment=64),
    # Llama 3.1's scaling is a tensor of divisors in a GGUF, linear and yarn are metadata.
    Gguf("llama-rope-freqs", llama(36, 2, 1, 50, 2, 283, rope_theta=None, rope_parameters={"rope_theta": 10000.0}
         | ROPES["llama3"]), all_as("F16"), pre="llama-bpe"),
    Gguf("llama-linear", llama(36, 2, 1, 50, 2, 283, rope_theta=None, rope_parameters={"rope_theta": 10000.0}
         | ROPES["linear"]), all_as("F16")),
    Gguf("qwen2-yarn", qwen2(36, 2, 1, 50, 2, 283, rope_theta=None, rope_parameters={"rope_theta": 10000.0}
         | ROPES["yarn"]), all_as("F16"), pre="qwen2"),
]
