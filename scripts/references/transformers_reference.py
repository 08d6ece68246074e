"""The reference of all numerics: transformers in f32, eager attention, its own cache."""

import json
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import transformers
from gguf_checkpoint import GgufCheckpoint
from safetensors.torch import load_file
from stored_experts import stacked

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()

PROMPT_LENGTHS = (1, 2, 17, 40, 130)
GENERATED = 32


@dataclass
class Greedy:
    prompt: list  # ids
    generated: list  # ids
    gaps: list  # of the two best logits at each step, by the largest magnitude there
    logits: np.ndarray  # [len(prompt) + len(generated) - 1, vocab]


class Reference:
    def __init__(self, config, state, rope_freqs=None):
        """`config` as in config.json, `state` by Hugging Face's names."""
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "config.json").write_text(json.dumps(config))
            self.config = transformers.AutoConfig.from_pretrained(folder)
        self.config._attn_implementation = self.config._experts_implementation = "eager"
        model = getattr(transformers, config["architectures"][0])(self.config)
        state = stacked({name: torch.as_tensor(value, dtype=torch.float32) for name, value in state.items()})
        missing, unexpected = model.load_state_dict(state, strict=False)
        tied = ["lm_head.weight"] if self.config.tie_word_embeddings else []
        if unexpected or sorted(missing) != tied:
            raise ValueError(f"missing {missing}, unexpected {unexpected}")
        model.tie_weights()
        self.model = model.float().eval()
        self.model.generation_config = transformers.GenerationConfig(do_sample=False, use_cache=True)
        self.rope_freqs = rope_freqs
        self.vocab = self.config.vocab_size

    @staticmethod
    def folder(path, config="config.json"):
        path = Path(path)
        state = {}
        for file in sorted(path.glob("*.safetensors")):
            state |= load_file(file)
        return Reference(json.loads((path / config).read_text()), state)

    @staticmethod
    def gguf(path):
        checkpoint = GgufCheckpoint(path)
        state = {name: make() for name, _, make in checkpoint.weights()}
        return Reference(checkpoint.config(), state, checkpoint.rope_freqs())

    def start(self):
        """Dynamic scaling leaves its state in the model: every sequence starts anew."""
        inner = self.model.base_model
        if not hasattr(inner, "rotary_emb"):
            return
        inner.rotary_emb = type(inner.rotary_emb)(self.config)
        if self.rope_freqs is not None:
            inner.rotary_emb.inv_freq /= torch.as_tensor(self.rope_freqs)

    @torch.no_grad()
    def prefill(self, ids):
        """Logits of every position, without a cache."""
        self.start()
        return self.model(torch.tensor([ids]), use_cache=False).logits[0].numpy()

    @torch.no_grad()
    def greedy(self, ids, count=GENERATED):
        """What generate() computes with its cache, never stopping."""
        first = self.prefill(ids)
        self.start()
        out = self.model.generate(torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long),
                                  max_new_tokens=count, return_dict_in_generate=True, output_logits=True)
        generated = out.sequences[0, len(ids) :].tolist()
        if len(generated) != count:
            raise ValueError(f"generated {len(generated)} of {count} tokens")
        steps = torch.cat(out.logits).numpy()
        largest = np.abs(steps).max(axis=1)
        if np.abs(first[-1] - steps[0]).max() > 1e-5 * largest[0]:
            raise ValueError("prefill and the cached generate() disagree")
        best = np.sort(steps, axis=1)[:, -2:]
        gaps = (best[:, 1] - best[:, 0]) / largest
        return Greedy(list(ids), generated, gaps.tolist(), np.concatenate([first[:-1], steps]))


def prompts(name, vocab):
    """Random ids of several lengths; the same for the same name."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    return [rng.integers(0, vocab, length).tolist() for length in PROMPT_LENGTHS]


def relative_difference(a, b):
    return float(np.abs(a - b).max() / np.abs(b).max())
