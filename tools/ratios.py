"""Prints how many times faster `eisweep bench --json` (first file) is than reference/bench.py --json (second file).

    python3 tools/ratios.py OURS.json REFERENCE.json

Both are of the same machine and the same minutes, or the ratios mean nothing. Per stimulus, medians and means of each.
"""
import json
import sys


def main(ours, reference):
    rows = {row["case"]: row for row in json.load(open(ours))}
    print("%-24s %10s %10s %8s %8s %8s" % ("per stimulus", "reference", "eisweep", "settle", "learn", "total"))
    for theirs in json.load(open(reference)):
        row = rows[theirs["case"]]
        ratios = ["%.1fx" % (theirs[key] / row[key]) if row[key] else "" for key in ("settle_ms", "learn_ms", "total_ms")]
        print("%-24s %7.3f ms %7.3f ms %8s %8s %8s" % (row["case"], theirs["total_ms"], row["total_ms"], *ratios))
        if abs(theirs["steps"] - row["steps"]) > 0.005 * theirs["steps"]:
            sys.exit("%s: %.1f steps against %.1f: not the same work" % (row["case"], row["steps"], theirs["steps"]))


if __name__ == "__main__":
    main(*sys.argv[1:])
