"""Runs llm-compile, llm-run and llm-eval as a user does, and reads what they print."""

import os
import shutil
import subprocess
import threading
from pathlib import Path

from safetensors.numpy import load_file


class Failed(Exception):
    """A test's failure: one sentence, with the command where one is to blame."""


class Programs:
    def __init__(self, bin, scratch, threads):
        self.bin, self.scratch, self.threads = Path(bin), Path(scratch), threads
        self.lock, self.compiling, self.count = threading.Lock(), {}, 0

    def missing(self):
        return [name for name in ("llm-compile", "llm-run") if not os.access(self.bin / name, os.X_OK)]

    def call(self, name, *arguments, limit):
        command = [str(self.bin / name), *map(str, arguments)]
        shown = " ".join(command)
        if len(shown) > 400:
            shown = shown[:400] + "..."
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=limit)
        except subprocess.TimeoutExpired:
            raise Failed(f"no end after {limit} s: {shown}")
        except OSError as error:
            raise Failed(f"{error}: {shown}")
        if done.returncode != 0:
            tail = done.stderr.decode(errors="replace").strip()[-600:]
            raise Failed(f"exit status {done.returncode}: {shown}\n{tail}")
        return done.stdout.decode(errors="replace")

    def new_folder(self):
        with self.lock:
            self.count += 1
            folder = self.scratch / f"{self.count:03d}"
        folder.mkdir(parents=True)
        return folder

    def compile_into(self, folder, case, *more):
        model = case.model
        if case.config:  # a folder like the model's, with another config.json
            model = folder / case.model.name
            model.mkdir()
            for file in case.model.iterdir():
                if file.is_file() and file.name != "config.json":
                    (model / file.name).symlink_to(file)
            shutil.copy(case.model / "configs" / case.config, model / "config.json")
        target = folder / "model.so"
        self.call("llm-compile", model, "-o", target, *case.flags, f"--max-context={case.context}", *more, limit=600)
        if not target.exists():
            raise Failed(f"llm-compile succeeded but wrote no {target.name}")
        return target

    def object(self, case):
        """The compiled model, made once for all tests that want the same."""
        key = (case.model, case.config, case.flags, case.context)
        with self.lock:
            lock = self.compiling.setdefault(key, [threading.Lock(), None])
        with lock[0]:
            if lock[1] is None:
                lock[1] = self.compile_into(self.new_folder(), case)
            return lock[1]

    def answer(self, object, prompt, count, *more, threads=None):
        """What llm-run prints for a list of ids or a text."""
        asked = [prompt] if isinstance(prompt, str) else ["--tokens", ",".join(map(str, prompt))]
        return self.call("llm-run", object, *asked, "-n", count, "--temperature", "0", "--threads",
                         threads or self.threads, *more, limit=600)

    def ids(self, object, prompt, count, *more, threads=None):
        printed = self.answer(object, prompt, count, "--ids", *more, threads=threads)
        words = printed.split()
        if printed.count("\n") > 1 or not all(word.isdigit() for word in words):
            raise Failed(f"--ids printed {printed[:200]!r}, not ids on one line")
        return [int(word) for word in words]

    def ids_and_logits(self, object, prompt, count, threads=None):
        """Ids, and {position: logits}. llm-run writes a row for every position that it
        computed logits for: all of them, or the last of the prompt and the steps."""
        file = self.new_folder() / "logits.safetensors"
        ids = self.ids(object, prompt, count, "--ignore-eos", "--logits", file, threads=threads)
        logits = load_file(file).get("logits")
        every = len(prompt) + count - 1
        if logits is None or logits.ndim != 2 or logits.shape[0] not in (every, count):
            found = None if logits is None else logits.shape
            raise Failed(f"--logits wrote {found} as 'logits', not [{every} or {count}, vocab]")
        return ids, dict(enumerate(logits, every - logits.shape[0]))
