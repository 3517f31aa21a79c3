"""Counts and prints checks: one line each."""


class Report:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, name, good, detail=""):
        if good:
            self.passed += 1
            print(f"ok    {name}")
        else:
            self.failed += 1
            print(f"FAIL  {name}: {detail}")
        return good

    def equal(self, name, found, expected):
        return self.check(name, found == expected,
                          f"found {str(found)[:300]}, expected {str(expected)[:300]}")

    def attempt(self, name, action):
        """Runs `action`; an exception is a failed check."""
        try:
            return action()
        except Exception as error:  # pylint: disable=broad-except
            self.check(name, False, f"{type(error).__name__}: {error}")
            return None

    @staticmethod
    def skip(name, reason):
        print(f"skip  {name}: {reason}")

    def close(self):
        """Prints the closing line; returns the exit status."""
        print(f"{self.passed} passed, {self.failed} failed")
        return 0 if self.failed == 0 and self.passed > 0 else 1
