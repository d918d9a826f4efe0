"""Reads a table as CSV (regime, seed, a parameter, a measure), writes the paired differences from regime NEITHER by pandas and scipy."""

import json
import sys

import pandas
import scipy.stats

rows = pandas.read_csv(sys.argv[1], float_precision="round_trip")
base = rows[rows["pl.is_plastic"] == "NEITHER"]
pairs = rows[rows["pl.is_plastic"] != "NEITHER"].merge(base, on=["seed", "sy.e2e.w_total"], suffixes=("", "_base"))
pairs = pairs.dropna(subset=["cc_median", "cc_median_base"])
out = {}
for (regime, w), group in pairs.groupby(["pl.is_plastic", "sy.e2e.w_total"]):
    d = group["cc_median"] - group["cc_median_base"]
    test = scipy.stats.ttest_rel(group["cc_median"], group["cc_median_base"])
    ci = scipy.stats.t.interval(0.95, len(d) - 1, loc=d.mean(), scale=scipy.stats.sem(d))
    # the interval that belongs to the paired test: its t value is the mean over the standard error
    assert abs(d.mean() / scipy.stats.sem(d) - test.statistic) < 1e-9
    out[f"{regime} {w:g}"] = [len(d), group["cc_median_base"].mean(), d.mean(), d.std(ddof=1), *ci]
json.dump(out, sys.stdout)
