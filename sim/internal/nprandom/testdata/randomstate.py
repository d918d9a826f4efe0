"""Writes randomstate.json: what NumPy's RandomState draws, for the test of random.go.

    /usr/bin/python3 randomstate.py > randomstate.json      (Debian: python3-numpy)
"""
import json

import numpy as np


def vectors(seed):
    r = np.random.RandomState(seed)
    out = {"seed": seed, "double": r.random_sample(5).tolist(), "gauss": r.standard_normal(7).tolist()}
    order = np.arange(100)
    for _ in range(2):
        r.shuffle(order)
    one = np.arange(1)
    r.shuffle(one)
    out["shuffle"] = order.tolist()
    out["lognormal"] = r.lognormal(-1.5, 0.65, size=6).tolist()
    out["normal"] = r.normal(0.2, 0.05, size=6).tolist()
    out["uniform"] = r.uniform(1e-12, 2, size=5).tolist()
    big = np.arange(70_000)
    r.shuffle(big)
    out["big"] = big[:10].tolist()
    out["choice"] = np.random.RandomState(seed).choice(512, 90, replace=False).tolist()
    return out


print(json.dumps([vectors(seed) for seed in (0, 1, 17, 2**31, 2**32 - 1)]))
