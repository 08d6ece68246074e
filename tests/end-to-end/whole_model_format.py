"""Makes each whole-model test a test of lit, so that one report counts them all."""

import subprocess
import sys

import lit.formats
import lit.Test

import cases


class WholeModelFormat(lit.formats.TestFormat):
    """Two of SmolLM2's prompts are enough for every run; the others are on request."""

    def __init__(self, command, bin):
        self.command, self.bin = command, bin

    def getTestsInDirectory(self, suite, path_in_suite, lit_config, config):
        for case in [*cases.tiny(), *cases.smollm2(None, None)]:
            yield lit.Test.Test(suite, path_in_suite + (case.name,), config)

    def execute(self, test, lit_config):
        name = test.path_in_suite[-1]
        model = ["--smollm2", "--prompts", "2"] if name.startswith("smollm2-") else []
        command = [sys.executable, *self.command, "--bin", self.bin, *model, name]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=lit_config.maxIndividualTestTime or None)
        passed = done.returncode == 0 and done.stdout.rstrip().endswith("1 passed, 0 failed")
        return lit.Test.PASS if passed else lit.Test.FAIL, done.stdout
