"""Small tokenizers of the kinds that real checkpoints come with, trained on the
text in tests/goldens. Only their sizes are unreal."""

import json
from pathlib import Path

from byte_level_bpe import PRETOKENIZERS, added_token, starts_with, tokenizer_json
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

TEXT = Path(__file__).resolve().parents[2] / "tests" / "goldens" / "perplexity.txt"
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
SPECIAL = {
    "smollm": ["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
    "qwen2": ["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
    "llama-bpe": ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"],
}


def pretokenizer(pre):
    parts = []
    for part in PRETOKENIZERS[pre]:
        if part["type"] == "Digits":
            parts.append(pre_tokenizers.Digits(individual_digits=True))
        elif part["type"] == "Split":
            parts.append(pre_tokenizers.Split(Regex(part["pattern"]["Regex"]), "isolated"))
        else:
            parts.append(pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=part["use_regex"]))
    return pre_tokenizers.Sequence(parts)


def trained(size, special, normalizer, pre, alphabet):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizer
    if pre:
        tokenizer.pre_tokenizer = pretokenizer(pre)
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=special, initial_alphabet=alphabet,
                                  show_progress=False)
    tokenizer.train_from_iterator(TEXT.read_text().splitlines(keepends=True), trainer)
    vocab = tokenizer.get_vocab()
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    return sorted(vocab, key=vocab.get), merges


def byte_level(pre, size):
    """(tokens, merges, special tokens) of a byte-level BPE."""
    special = SPECIAL[pre]
    tokens, merges = trained(size, special, None, pre, pre_tokenizers.ByteLevel.alphabet())
    if len(tokens) != size:
        raise ValueError(f"trained {len(tokens)} tokens, wanted {size}")
    return tokens, merges, special


def sentencepiece(size):
    """A BPE over characters with byte fallback, as converted from sentencepiece."""
    special = ["<unk>", "<s>", "</s>"]
    bytes_ = [f"<0x{b:02X}>" for b in range(256)]
    to_blocks = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    pieces, merges = trained(size - len(special) - len(bytes_), [], to_blocks, None, [])
    tokens = special + bytes_ + pieces
    if len(tokens) != size:
        raise ValueError(f"trained {len(tokens)} tokens, wanted {size}")
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [added_token(id, token) for id, token in enumerate(special)],
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "Prepend", "prepend": "▁"},
            {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
        "pre_tokenizer": None,
        "post_processor": starts_with("<s>", 1),
        "decoder": {"type": "Sequence", "decoders": [
            {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
            {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
        "model": {
            "type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None,
            "end_of_word_suffix": None, "fuse_unk": True, "byte_fallback": True, "ignore_merges": False,
            "vocab": {token: id for id, token in enumerate(tokens)}, "merges": merges,
        },
    }


def files(kind, size):
    """tokenizer.json and tokenizer_config.json as dicts."""
    if kind == "sentencepiece":
        return sentencepiece(size), {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>",
                                     "eos_token": "</s>", "unk_token": "<unk>"}
    tokens, merges, special = byte_level(kind, size)
    bos = 0 if kind == "llama-bpe" else None
    added = [added_token(id, token) for id, token in enumerate(special)]
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": special[2], "pad_token": special[0]}
    if bos is not None:
        config["bos_token"] = special[0]
    if kind == "smollm":
        config["chat_template"] = CHAT_TEMPLATE
    return tokenizer_json(tokens, merges, kind, added, bos), config
