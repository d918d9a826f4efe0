"""Prints how many times faster eisweep is than the reference in Python.

    python3 tools/ratios.py FOLDER

FOLDER has eisweep-N.json of `eisweep bench --json` and reference-N.json of reference/bench.py --json for each round N. A ratio
is taken within a round; the median of the rounds is printed, with the lowest and the highest.
"""
import json
import pathlib
import statistics
import sys

COLUMNS = ("settle_ms", "learn_ms", "total_ms")


def rounds(folder):
    for reference in sorted(folder.glob("reference-*.json")):
        ours = folder / reference.name.replace("reference", "eisweep")
        yield [rows(json.loads(path.read_text())) for path in (reference, ours)]


def rows(array):
    return {row["case"]: row for row in array}


def ratios(taken, case, column):
    return [theirs[case][column] / ours[case][column] for theirs, ours in taken if ours[case][column]]


def main(folder):
    taken = list(rounds(pathlib.Path(folder)))
    print("%-24s" % ("times faster (%d rounds)" % len(taken)), *("%24s" % column.removesuffix("_ms") for column in COLUMNS))
    for case in taken[0][0]:
        for theirs, ours in taken:
            if abs(theirs[case]["steps"] - ours[case]["steps"]) > 0.005 * theirs[case]["steps"]:
                sys.exit("%s: %.1f steps against %.1f: not the same work" % (case, theirs[case]["steps"], ours[case]["steps"]))
        print("%-24s" % case, *("%24s" % worded(ratios(taken, case, column)) for column in COLUMNS))
    print("kernels:", ", ".join(sorted({row["kernels"] for _, ours in taken for row in ours.values()})))


def worded(found):
    if not found:
        return "-"
    return "%.1f (%.1f to %.1f)" % (statistics.median(found), min(found), max(found))


if __name__ == "__main__":
    main(sys.argv[1])
