"""Computes every measure of result files independently: one JSON object per file, name to value; null where there is none.

    python3 measures.py RESULT.h5 …

Needs Debian's python3-h5py, python3-numpy and python3-scipy.
"""
import json
import sys
import warnings

import h5py
import numpy as np
from scipy import stats

warnings.simplefilter("ignore")


class Result:
    def __init__(self, path):
        self.file = h5py.File(path, "r")

    def __getitem__(self, name):
        """An array as float64; KeyError when it is missing."""
        return self.file[name][...].astype(np.float64)

    def kind(self, name):
        return str(self.file[name].dtype)


def both(f, name):
    x = f[name]
    return {"median": np.nanmedian(x), "mean": np.nanmean(x)}


def insignificant(f):
    known = ~np.isnan(f["computed/cc"])
    return np.mean(f["computed/cp"][known] > 1e-3)


def pearson(x, y, where):
    keep = where & np.isfinite(x) & np.isfinite(y)
    return stats.pearsonr(x[keep], y[keep])[0]


def last_trial(f):
    steps = f["raw_data/steps_to_converge"]
    rows = np.flatnonzero((steps > 0).any(axis=1))
    return steps, rows[-1] if rows.size else None


def steps(f, what):
    all_steps, last = last_trial(f)
    if what == "total":
        return all_steps[all_steps > 0].sum()
    if last is None:
        return None
    row = all_steps[last]
    return getattr(row[row > 0], what)()


def angle(f, name):
    all_steps, last = last_trial(f)
    angles = f[name]
    if f.kind(name) == "float64" or last is None:
        return None
    return np.nanmedian(np.degrees(angles.reshape(all_steps.shape)[last]))


def change(f, name):
    was = f[f"sim_state/{name}_init"]
    return np.linalg.norm(f[f"sim_state/{name}"] - was) / np.linalg.norm(was)


def slope(f, with_pushed):
    changes, correlations = f["raw_data/rate_change"], f["raw_data/all_correlations"]
    keep = ~np.isnan(correlations)
    if not with_pushed:
        pushed = np.arange(changes.shape[-1]) == f["raw_data/perturbed"][:, None]
        keep &= ~pushed[:, None, None, None, None, :]
    edges = np.linspace(-1, 1, 21)
    n, _ = np.histogram(correlations[keep].clip(-1, 1), edges)
    total, _ = np.histogram(correlations[keep].clip(-1, 1), edges, weights=changes[keep])
    full = n > 0
    centres = (edges[1:] + edges[:-1]) / 2
    if full.sum() < 2:
        return None
    return np.polyfit(centres[full], total[full] / n[full], 1, w=np.sqrt(n[full]))[0]


MEASURES = {
    "cc_median": lambda f: both(f, "computed/cc")["median"],
    "cc_mean": lambda f: both(f, "computed/cc")["mean"],
    "cc_insignificant": insignificant,
    "osi_e_median": lambda f: both(f, "computed/osi_e")["median"],
    "osi_e_mean": lambda f: both(f, "computed/osi_e")["mean"],
    "osi_i_median": lambda f: both(f, "computed/osi_i")["median"],
    "osi_i_mean": lambda f: both(f, "computed/osi_i")["mean"],
    "wei_sim_r": lambda f: pearson(f["computed/response_sim"], f["sim_state/wei"], f["sim_state/zei"] == 1),
    "wie_sim_r": lambda f: pearson(f["computed/response_sim"].T, f["sim_state/wie"], f["sim_state/zie"] == 1),
    "wei_wie_r": lambda f: pearson(f["sim_state/wie"].T, f["sim_state/wei"], (f["sim_state/zei"] == 1) & (f["sim_state/zie"].T == 1)),
    "wei_change": lambda f: change(f, "wei"),
    "wie_change": lambda f: change(f, "wie"),
    "steps_min": lambda f: steps(f, "min"),
    "steps_mean": lambda f: steps(f, "mean"),
    "steps_max": lambda f: steps(f, "max"),
    "steps_total": lambda f: steps(f, "total"),
    "angle_ie_median": lambda f: angle(f, "raw_data/angles_ie"),
    "angle_ei_median": lambda f: angle(f, "raw_data/angles_ei"),
    "rate_e_mean": lambda f: np.mean(f["computed/responses_exc"]),
    "rate_e_median": lambda f: np.median(f["computed/responses_exc"]),
    "rate_e_max": lambda f: np.max(f["computed/responses_exc"]),
    "rate_i_mean": lambda f: np.mean(f["computed/responses_inh"]),
    "rate_i_median": lambda f: np.median(f["computed/responses_inh"]),
    "rate_i_max": lambda f: np.max(f["computed/responses_inh"]),
    "influence_slope": lambda f: slope(f, True),
    "influence_slope_others": lambda f: slope(f, False),
}


def value(measure, f):
    try:
        x = measure(f)
    except KeyError:
        return None
    return None if x is None or not np.isfinite(x) else float(x)


for path in sys.argv[1:]:
    f = Result(path)
    print(json.dumps({name: value(measure, f) for name, measure in MEASURES.items()}))
