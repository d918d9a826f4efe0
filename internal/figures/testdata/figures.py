"""Computes the tables behind figures independently. Reads a JSON array of cases: Figure, By, and Files as pairs of a label and
a path. Writes a JSON array of tables: rows in the columns of drawing.Columns.

Needs Debian's python3-h5py, python3-numpy and python3-scipy.
"""
import json
import math
import sys
import warnings

import h5py
import numpy as np
from scipy import stats

warnings.simplefilter("ignore")
ROWS = []


def row(panel, layer, series, name="", x=None, x_to=None, y=None, low=None, high=None, value=None):
    number = lambda v: None if v is None or not math.isfinite(v) else float(v)
    ROWS.append([panel, layer, series, name] + [number(v) for v in (x, x_to, y, low, high, value)])


def get(f, name):
    return f[name][...].astype(np.float64)


class Group:
    def __init__(self, label, files):
        self.label, self.files = label, files

    def over(self, of):
        """Median and quartiles over networks of what `of` computes; NaN is left out."""
        all = [of(f) for f in self.files]
        all = np.array([a for a in all if a is not None and len(a)])
        if len(all) == 0:
            return None
        if len(all) == 1:
            return all[0], None, None
        return tuple(np.nanpercentile(all, p, axis=0) for p in (50, 25, 75))


    def average(self, of):
        """Mean over networks of what `of` computes, and the mean less and plus its standard error; NaN is left out."""
        all = [of(f) for f in self.files]
        all = np.array([a for a in all if a is not None and len(a)])
        if len(all) == 0:
            return None
        if len(all) == 1:
            return all[0], None, None
        mean = np.nanmean(all, axis=0)
        error = stats.sem(all, axis=0, nan_policy="omit")
        return mean, np.maximum(mean - error, 0), mean + error


def lines(panel, g, series, x, of):
    result = g.over(of)
    if result is None:
        return
    y, low, high = result
    for i in range(len(y)):
        row(panel, "line", series, x=x[i], y=y[i], low=None if low is None else low[i], high=None if high is None else high[i])


def bins(panel, g, series, edges, of):
    result = g.average(of)
    if result is None:
        return
    y, low, high = result
    for i in range(len(y)):
        row(panel, "bin", series, x=edges[i], x_to=edges[i + 1], y=y[i], low=None if low is None else low[i],
            high=None if high is None else high[i])


def shape(f):
    ne, ni = f["sim_state/wei"].shape
    return f["computed/responses_exc"].shape[0], ne, ni


def histogram(x, edges):
    return np.histogram(x[~np.isnan(x)], edges)[0].astype(float)


def clipped(x, edges):
    return histogram(np.clip(x, edges[0] * (1 + 1e-15) if edges[0] else 0, edges[-1]), edges)


def evenly(first, last, most):
    n = min(most, last - first + 1)
    return [first] if n == 1 else [first + int(math.floor(i * (last - first) / (n - 1) + 0.5)) for i in range(n)]


def nanmean(x):
    x = np.asarray(x)
    x = x[~np.isnan(x)]
    return x.mean() if len(x) else np.nan


def cotuning(groups):
    edges = np.linspace(-1, 1, 41)

    def density(f):
        cc = get(f, "computed/cc")
        return histogram(cc, edges) / np.sum(~np.isnan(cc)) / np.diff(edges)

    def weak(f):
        cc, cp = get(f, "computed/cc"), get(f, "computed/cp")
        return np.array([np.mean(cp[~np.isnan(cc)] > 1e-3)])

    for g in groups:
        bins("cc", g, g.label, edges, density)
    for g in groups:
        row("cc", "fact", g.label, "share with cp > 0.001", value=g.over(weak)[0][0])


def selectivity(groups):
    for name in ("osi_e", "osi_i"):
        for g in groups:
            bins(name, g, g.label, np.linspace(0, 1, 41), lambda f: histogram(get(f, "computed/" + name), np.linspace(0, 1, 41)))
        for g in groups:
            row(name, "mark", g.label, x=g.over(lambda f: np.array([np.nanmedian(get(f, "computed/" + name))]))[0][0])


def selectivity_cumulative(groups):
    x = np.linspace(0, 1, 101)

    def share(f, name):
        osi = get(f, "computed/" + name)
        osi = osi[~np.isnan(osi)]
        return np.array([np.sum(osi <= v) for v in x]) / len(osi)

    for name in ("osi_e", "osi_i"):
        for g in groups:
            lines(name, g, g.label, x, lambda f: share(f, name))


def rates(groups):
    edges = np.logspace(-3, 3, 61)
    row("rates", "mark", "rho0", x=1)
    for g in groups:
        bins("rates", g, g.label, edges, lambda f: clipped(get(f, "computed/responses_exc"), edges))
    for g in groups:
        row("rates", "fact", g.label, "share of zeros",
            value=g.over(lambda f: np.array([np.mean(get(f, "computed/responses_exc") == 0)]))[0][0])


def relation(f, which):
    wei, zei = get(f, "sim_state/wei"), get(f, "sim_state/zei")
    wie, zie = get(f, "sim_state/wie").T, get(f, "sim_state/zie").T
    similarity = get(f, "computed/response_sim")
    x, y, there = {"wei": (similarity, wei, zei == 1), "wie": (similarity, wie, zie == 1),
                   "both": (wie, wei, (zei == 1) & (zie == 1))}[which]
    there = there & ~np.isnan(x + y)
    return x[there], y[there]


def fitted(f, which):
    x, y = relation(f, which)
    if len(x) < 3:
        return np.array([len(x), np.nan, np.nan, np.nan, np.nan])
    line = stats.linregress(x, y)
    return np.array([len(x), line.slope, line.intercept, line.rvalue, line.pvalue])


def binned(f, which, of):
    x, y = relation(f, which)
    order = np.argsort(x, kind="stable")
    return np.array([nanmean((x, y)[of][order[len(x) * b // 20:len(x) * (b + 1) // 20]]) for b in range(20)])


def synapses(groups):
    single = all(len(g.files) == 1 for g in groups)
    for which in ("wei", "wie", "both"):
        for g in groups:
            n, slope, intercept, r, p = g.over(lambda f: fitted(f, which))[0]
            if single:
                x, y = relation(g.files[0], which)
                for i in evenly(0, len(x) - 1, 2000):
                    row(which, "point", g.label, x=x[i], y=y[i])
                for end in (x.min(), x.max()):
                    row(which, "line", g.label, x=end, y=intercept + slope * end)
                row(which, "fact", g.label, "p", value=p)
            else:
                x = g.over(lambda f: binned(f, which, 0))[0]
                y, low, high = g.over(lambda f: binned(f, which, 1))
                for i in range(20):
                    row(which, "point", g.label, x=x[i], y=y[i], low=low[i], high=high[i])
                for i in range(20):
                    row(which, "line", g.label, x=x[i], y=y[i])
            for name, value in (("n", n), ("slope", slope), ("intercept", intercept), ("r", r)):
                row(which, "fact", g.label, name, value=value)


def measured(f, pathway):
    s = shape(f)[0]
    angles = np.degrees(get(f, "raw_data/angles_" + pathway))
    return None if len(angles) < s ** 3 or not np.any(np.nan_to_num(angles)) else angles


def angles(groups):
    for pathway in ("ie", "ei"):
        row("angles_" + pathway, "mark", "90°", y=90)
        for g in groups:
            def course(f, of):
                window, all = shape(f)[0] ** 3, measured(f, pathway)
                if all is None:
                    return None
                last = min(len(all), max(math.ceil(0.04 * len(all)), 20 * window))
                updates = evenly(window, last, 120)
                return np.array(updates if of == "x" else [nanmean(all[u - window:u]) for u in updates])
            x = g.over(lambda f: course(f, "x"))
            if x is not None:
                lines("angles_" + pathway, g, g.label, x[0], lambda f: course(f, "y"))


def angles_final(groups):
    for pathway in ("ie", "ei"):
        row("angles_" + pathway, "mark", "90°", y=90)
        for g in groups:
            def final(f):
                all = measured(f, pathway)
                return None if all is None else histogram(all[-shape(f)[0] ** 3:], np.arange(181.0))
            bins("angles_" + pathway, g, g.label, np.arange(181.0), final)


def convergence(groups):
    for column, name in enumerate(("largest", "mean")):
        for g in groups:
            chosen = evenly(0, len(get(g.files[0], "raw_data/max_inh_syn_change")) - 1, 120)
            lines(name, g, g.label, [k + 2 for k in chosen], lambda f: get(f, "raw_data/max_inh_syn_change")[chosen, column])


def course(groups):
    single = all(len(g.files) == 1 for g in groups)
    for q, name in enumerate(("re", "ri", "wei", "wie")):
        for g in groups:
            n = shape(g.files[0])[0] ** 3
            per_trial = lambda f, k: np.array([nanmean(t) for t in get(f, "raw_data/recording_mu")[:, q, k].reshape(-1, n)])
            trials = len(per_trial(g.files[0], 0))
            chosen = evenly(0, trials - 1, 120)
            if not single:
                lines(name, g, g.label, [(t + 1) * n for t in chosen], lambda f: per_trial(f, 0)[chosen])
                continue
            mean, sd = per_trial(g.files[0], 0), np.sqrt(per_trial(g.files[0], 1))
            for t in chosen:
                row(name, "line", g.label, x=(t + 1) * n, y=mean[t], low=mean[t] - sd[t], high=mean[t] + sd[t])


def steps(groups):
    for name, of in (("fewest", np.nanmin), ("mean", np.nanmean), ("most", np.nanmax)):
        for g in groups:
            def per_trial(f):
                k = get(f, "raw_data/steps_to_converge")
                k[k < 0] = np.nan
                return of(k, axis=1)
            trials = range(1, len(per_trial(g.files[0])) + 1)
            lines(name, g, g.label, trials, per_trial)


def weights(groups):
    log, linear = np.logspace(-4, 2, 101), np.linspace(0, 10, 101)
    for name, pathway, initial in (("wee", "e2e", "wee"), ("wei", "i2e", "wei_init"), ("wie", "e2i", "wie_init"), ("wii", "i2i", "wii")):
        def j(f):
            if "task" not in f:
                w = get(f, "sim_state/" + initial)
                return w[w > 0].mean()
            task = f["task"].attrs
            p, total = (float(np.float32(task[f"sy.{pathway}.{k}"])) for k in ("p", "w_total"))
            return total / np.round(p * f["sim_state/" + name].shape[1])

        def relative(f):
            w = get(f, "sim_state/" + name)
            return w[w > 0] / j(f)

        for kind, edges in (("log", log), ("linear", linear)):
            row(f"{name} {kind}", "mark", "j", x=1)
            for g in groups:
                bins(f"{name} {kind}", g, g.label, edges, lambda f: clipped(relative(f), edges))
            if kind == "log":
                for g in groups:
                    row(f"{name} log", "fact", g.label, "j", value=g.over(lambda f: np.array([j(f)]))[0][0])


def tuning(groups):
    f = groups[0].files[0]
    afferents, preferences = get(f, "sim_state/afferents"), get(f, "sim_state/stimulus_pref")
    s = len(afferents)
    for axis in range(3):
        others = tuple(a for a in range(3) if a != axis)
        curves = afferents.mean(axis=others)
        for p in np.unique(preferences[:, axis]):
            label = f"{p:.2f}".replace("-", "−")
            for l in range(s):
                row(f"axis {axis + 1}", "line", label, x=-np.pi + 2 * np.pi * l / s, y=curves[l, preferences[:, axis] == p].mean())


def cells(panel, series, image, x0=0.0, y0=0.0, dx=1.0):
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            row(panel, "cell", series, x=x0 + x * dx, y=y0 + y * dx, value=image[y, x])


def examples(groups):
    f = groups[0].files[0]
    pairs = [(similarity, e, i) for (e, i), similarity in np.ndenumerate(get(f, "computed/response_sim"))
             if f["sim_state/zei"][e, i] == 1 and f["sim_state/zie"][i, e] == 1 and not np.isnan(similarity)]
    pairs.sort(key=lambda p: -p[0])
    chosen = dict(zip(("high", "middle", "low"), (pairs[0], pairs[len(pairs) // 2], pairs[-1])))
    for row_, array, of in (("e", "exc", 1), ("i", "inh", 2)):
        maps = get(f, "computed/responses_" + array).mean(axis=2)
        for name, pair in chosen.items():
            cells(f"{name} {row_}", f"{name} {row_}", maps[:, :, pair[of]])
            if row_ == "e":
                row(f"{name} {row_}", "fact", name, "similarity", value=pair[0])


def currents(groups):
    cc = get(groups[-1].files[0], "computed/cc")
    neuron = int(np.nanargmin(np.abs(cc - np.nanmedian(cc))))
    for g in groups:
        f = g.files[0]
        for name in ("exc_in", "inh_in"):
            panel = f"{g.label} {name}"
            cells(panel, panel, get(f, "computed/" + name).mean(axis=2)[:, :, neuron])
            if name == "exc_in":
                row(panel, "fact", g.label, "cc", value=get(f, "computed/cc")[neuron])
                if g is groups[0]:
                    row(panel, "fact", "", "neuron", value=neuron)


def settling(groups):
    f = groups[0].files[0]
    names = ("re", "ri")
    for name in names:
        rates = get(f, "raw_data/recording_" + name)
        rates = rates[:, ~np.isnan(rates[0])]
        chosen = evenly(0, rates.shape[1] - 1, 240)
        for series, p in (("lowest", 0), ("highest", 100), ("median", 50)):
            for k in chosen:
                quartile = lambda q: np.percentile(rates[:, k], q) if series == "median" else None
                row(name, "line", series, x=k + 1, y=np.percentile(rates[:, k], p), low=quartile(25), high=quartile(75))
    for name in names:
        rates = get(f, "raw_data/recording_" + name)
        last = rates[:, ~np.isnan(rates[0])][:, -1]
        edges = np.linspace(0, last.max(), 101)
        for k, n in enumerate(histogram(last, edges)):
            row(name + " settled", "bin", "settled", x=edges[k], x_to=edges[k + 1], y=n)


def similarity(groups):
    f = groups[0].files[0]
    correlation, wee = get(f, "computed/correlations_ee")[:, :, 0], get(f, "sim_state/wee")
    cosine = get(f, "computed/response_sim_ee")
    np.fill_diagonal(correlation, 0)
    np.fill_diagonal(cosine, 0)
    for name, matrix in (("correlation", correlation), ("wee", wee), ("similarity", cosine),
                         ("difference", wee * (np.nanmax(correlation) / wee.max()) - correlation)):
        cells(name, name, matrix)


def pushed(f, edges, self):
    ne = shape(f)[1]
    perturbed = f["raw_data/perturbed"][...]
    change, correlation = get(f, "raw_data/rate_change"), get(f, "raw_data/all_correlations")
    keep = np.ones_like(change, bool)
    if not self:
        for k, n in enumerate(perturbed):
            keep[k, ..., n] = False
    change, correlation = change[keep], np.clip(correlation[keep], -1, 1)
    below = [correlation <= high if high == 1 else correlation < high for high in edges[1:]]
    inside = [change[b & (correlation >= low)] for b, low in zip(below, edges)]
    means = np.array([b.mean() if len(b) else np.nan for b in inside])
    sems = np.array([b.std(ddof=1) / np.sqrt(len(b)) if len(b) > 1 else np.nan for b in inside])
    return (edges[1:] + edges[:-1]) / 2, means, sems


def influence(groups, self=True):
    row("influence", "mark", "no change", y=0)
    single = all(len(g.files) == 1 for g in groups)
    common = np.linspace(-1, 1, 21)
    for g in groups:
        f = g.files[0]
        if not single:
            lines("influence", g, g.label, (common[1:] + common[:-1]) / 2, lambda f: pushed(f, common, self)[1])
            continue
        x, mean, sem = pushed(f, get(f, "computed/original_bins"), self)
        if self:
            x, mean, sem = (get(f, "computed/correlation_" + name) for name in ("bins", "mean", "sem"))
        for k in range(len(x)):
            row("influence", "line", g.label, x=x[k], y=mean[k])
        for k in range(len(x)):
            row("influence", "point", g.label, x=x[k], y=mean[k], low=mean[k] - sem[k], high=mean[k] + sem[k])


def influence_example(groups):
    for g in groups:
        f = g.files[0]
        n = int(f["raw_data/perturbed"][0])
        change, correlation = get(f, "raw_data/rate_change")[0, 0].mean(axis=(0, 1, 2)), get(f, "computed/correlations_ee")[n]
        row(g.label, "mark", "no change", y=0)
        for k in range(len(change)):
            if k != n:
                row(g.label, "point", g.label, x=correlation[k], y=change[k])
        row(g.label, "fact", g.label, "pushed neuron", value=n)
        row(g.label, "fact", g.label, "its own change", value=change[n])


def main():
    tables = []
    for case in json.load(sys.stdin):
        groups = {}
        for label, path in case["Files"]:
            groups.setdefault(label if case["By"] else "all", []).append(h5py.File(path, "r"))
        groups = [Group(label, files) for label, files in groups.items()]
        ROWS.clear()
        if case["Figure"] == "influence-without-self":
            influence(groups, self=False)
        else:
            globals()[case["Figure"].replace("-", "_")](groups)
        tables.append(list(ROWS))
    json.dump(tables, sys.stdout)


main()
