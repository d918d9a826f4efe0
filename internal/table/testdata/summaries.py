"""Reads samples as JSON, writes what scipy says of each: n, mean, sd, the t interval, the BCa bootstrap interval."""

import json
import sys

import numpy
import scipy.stats

out = []
for sample in json.load(sys.stdin):
    x = numpy.array(sample)
    n, mean, sd = len(x), x.mean(), x.std(ddof=1)
    t = scipy.stats.t.interval(0.95, n - 1, loc=mean, scale=scipy.stats.sem(x))
    boot = scipy.stats.bootstrap((x,), numpy.mean, n_resamples=99999, method="BCa", batch=9999, random_state=numpy.random.default_rng(1))
    low, high = boot.confidence_interval
    out.append({"n": n, "mean": mean, "sd": sd, "student": list(t), "bootstrap": [low, high]})
json.dump(out, sys.stdout)
