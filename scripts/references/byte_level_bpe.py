"""tokenizer.json of a byte-level BPE from its parts: tokens, merges, the name that
llama.cpp gives its pre-tokenizer, and which ids are special. Facts about patterns
are those of the published tokenizers (SmolLM2, Llama 3, Qwen2)."""

BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
DIGITS = {"type": "Digits", "individual_digits": True}
LLAMA3_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2_PATTERN = LLAMA3_PATTERN.replace(r"\p{N}{1,3}", r"\p{N}")


def split_then_bytes(pattern):
    return [
        {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False},
        {**BYTE_LEVEL, "use_regex": False},
    ]


PRETOKENIZERS = {
    "smollm": [DIGITS, {**BYTE_LEVEL, "use_regex": True}],
    "llama-bpe": split_then_bytes(LLAMA3_PATTERN),
    "qwen2": split_then_bytes(QWEN2_PATTERN),
}


def added_token(id, content, special=True):
    return {"id": id, "content": content, "single_word": False, "lstrip": False, "rstrip": False,
            "normalized": False, "special": special}


def starts_with(token, id):
    """A post-processor that puts one token before every text."""
    first, second = {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}
    special = {"SpecialToken": {"id": token, "type_id": 0}}
    return {
        "type": "TemplateProcessing",
        "single": [special, first],
        "pair": [special, first, second],
        "special_tokens": {token: {"id": token, "ids": [id], "tokens": [token]}},
    }


def tokenizer_json(tokens, merges, pre, added, bos=None):
    """`merges` are pairs, `added` comes from added_token, `bos` is the id that
    starts every text or None."""
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": {"type": "NFC"} if pre == "qwen2" else None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": PRETOKENIZERS[pre]},
        "post_processor": None if bos is None else starts_with(tokens[bos], bos),
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": pre == "llama-bpe",
            "vocab": {token: id for id, token in enumerate(tokens)},
            "merges": merges,
        },
    }
