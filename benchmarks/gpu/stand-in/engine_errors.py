#!/usr/bin/env python3
"""Lists the failures of suites run on a stand-in for a GPU that are not about values: those that LibTorch itself raised.

  python3 engine_errors.py results       a folder that run.sh left; exit status 1 if there are any
"""
import collections
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

# What the engine says when LibTorch refuses, and what it would say of tensors on two sides or of a missing kernel.
REFUSED = re.compile(r"ENGINE_FAILED|ENGINE_UNAVAILABLE|same device|not implemented for|Could not run|UnsatisfiedLink")


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(__doc__)
        sys.exit(0 if sys.argv[1:] in (["-h"], ["--help"]) else 2)
    tests, failures, refused = 0, 0, collections.Counter()
    for report in pathlib.Path(sys.argv[1]).rglob("*.xml"):
        for test in ElementTree.parse(report).getroot().iter("testcase"):
            tests += 1
            for failure in [*test.findall("failure"), *test.findall("error")]:
                failures += 1
                text = (failure.get("message") or "") + (failure.text or "")
                match = REFUSED.search(text)
                if match:
                    start = max(0, match.start() - 80)
                    refused[f"{test.get('classname')}: {text[start:match.end() + 120]!r}"] += 1
    print(f"{tests} tests, {failures} with other values, of these {sum(refused.values())} refused by the engine")
    for text, count in refused.most_common():
        print(count, text)
    sys.exit(1 if refused or not tests else 0)


if __name__ == "__main__":
    main()
