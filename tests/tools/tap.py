"""Runs the Python tests of a folder (this one) and prints a TAP line for each."""

import sys
import unittest
from pathlib import Path


class TapResult(unittest.TestResult):
    def addSuccess(self, test):
        print(f"ok - {test.id()}")

    def addSkip(self, test, reason):
        print(f"ok - {test.id()} # SKIP {reason}")

    def _fail(self, test, trace):
        print(f"not ok - {test.id()}")
        print("".join(f"# {line}\n" for line in trace.splitlines()), end="")

    def addError(self, test, err):
        super().addError(test, err)
        self._fail(test, self.errors[-1][1])

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._fail(test, self.failures[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._fail(subtest, (self.errors + self.failures)[-1][1])


if __name__ == "__main__":
    result = TapResult()
    folder = sys.argv[1] if len(sys.argv) > 1 else str(Path(__file__).parent)
    unittest.TestLoader().discover(folder).run(result)
    sys.exit(not result.wasSuccessful())
