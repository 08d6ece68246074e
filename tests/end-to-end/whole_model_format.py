"""Makes each whole-model test a test of lit, so that one report counts them all."""

import sys

import lit.formats
import lit.Test
import lit.util

import cases


class WholeModelFormat(lit.formats.TestFormat):
    """Two of SmolLM2's prompts are enough for every run; the others are on request.
    lit runs a test on each core. A team of threads would wait there for its own
    others, ten times as long as it computes, so only tests of threads have several."""

    def __init__(self, command, bin):
        self.command, self.bin = command, bin

    def getTestsInDirectory(self, suite, path_in_suite, lit_config, config):
        for case in [*cases.tiny(), *cases.smollm2(None, None)]:
            yield lit.Test.Test(suite, path_in_suite + (case.name,), config)

    def execute(self, test, lit_config):
        name = test.path_in_suite[-1]
        model = ["--smollm2", "--prompts", "2"] if name.startswith("smollm2-") else []
        command = [sys.executable, *self.command, "--bin", self.bin, "--threads", "1", *model, name]
        try:
            printed, _, status = lit.util.executeCommand(command, timeout=lit_config.maxIndividualTestTime or 0,
                                                         redirect_stderr=True)
        except lit.util.ExecuteCommandTimeoutException as timeout:
            return lit.Test.TIMEOUT, f"no end after {lit_config.maxIndividualTestTime} s\n{timeout.out}"
        passed = status == 0 and printed.rstrip().endswith("1 passed, 0 failed")
        return lit.Test.PASS if passed else lit.Test.FAIL, printed
