"""Holds a result file against one of the published simulator's: agreement of values, and layout.

    python3 testdata/agree.py [--layout | --values] RESULT.h5 GOLDEN.h5 [RESULT.h5 GOLDEN.h5 ...]

Needs Debian's python3-numpy and python3-tables. Prints what lies outside the bounds, each line with the golden file's name; exit 0
when nothing does. --layout holds only names, shapes, types, filters and attributes (a /task group is ours and left out), --values
only the values; without either both are held. Golden files at the published size keep only what a test needs, so their layout is
not held.
"""
import sys

import numpy as np
import tables

BOUND = {"steps": 5e-3, "mu": 1e-4, "angle": 2e-3, "value": 1e-4, "correlation": 1e-4, "drawn": 2e-7}


def few(n):
    """The share of n stimuli that rounding may move."""
    return max(BOUND["steps"], 4 / n)


def nodes(path):
    with tables.open_file(str(path)) as f:
        return {n._v_pathname: n.read() for n in f.walk_nodes("/", "Array")}


def rel(a, b):
    a, b = np.asarray(a, float), np.asarray(b, float)
    if a.shape != b.shape:
        return float("inf")
    finite = np.isfinite(a)
    if (finite != np.isfinite(b)).any():
        return float("inf")
    return float(np.abs(a - b)[finite].max() / max(np.abs(b[finite]).max(), 1e-30)) if finite.any() else 0.0


def absolute(a, b):
    a, b = np.asarray(a, float), np.asarray(b, float)
    if a.shape != b.shape:
        return float("inf")
    finite = np.isfinite(a) & np.isfinite(b)
    return float(np.abs(a - b)[finite].max()) if finite.any() else 0.0


PER_STIMULUS = {"responses_exc": 1, "responses_inh": 1, "exc_in": 1, "inh_in": 1, "rate_change": 1, "recording_mu": 2}


def spearman(a, b):
    """Rank correlation over stimuli for each neuron; ties get mean ranks."""
    def ranks(x):
        _, where, count = np.unique(x, return_inverse=True, return_counts=True)
        last = np.cumsum(count)
        return (last - (count - 1) / 2)[where]

    a, b = a.reshape(-1, a.shape[-1]), b.reshape(-1, b.shape[-1])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.array([np.corrcoef(ranks(a[:, n]), ranks(b[:, n]))[0, 1] for n in range(a.shape[1])])


def per_stimulus(path, got, want, last):
    """All but 0.5 % of stimuli within 1e-4 of the largest value, the rest within 5e-3; recording_mu column by column."""
    if got.shape != want.shape:
        return [(path, float("inf"), 0, f"shape {got.shape} not {want.shape}")]
    if (np.isfinite(got) != np.isfinite(want)).any():
        return [(path, float("inf"), 0, "NaN elsewhere")]
    a, b = got.reshape(-1, *got.shape[-last:]).astype(float), want.reshape(-1, *want.shape[-last:]).astype(float)
    d, size = np.nan_to_num(np.abs(a - b)), np.nan_to_num(np.abs(b))
    columns = [(d, size.max())] if last == 1 else [(d[:, i, j, None], size[:, i, j].max()) for i in range(4) for j in range(2)]
    rows = []
    for n, (d, largest) in enumerate(columns):
        worst = d.max(axis=1) / max(largest, 1e-30)
        name = path if last == 1 else f"{path}[{n}]"
        rows += [(name, float((worst > 1e-4).mean()), few(worst.size), "share of stimuli off"), (name, float(worst.max()), 5e-3, "largest")]
    return rows


def compare(ours, stored):
    rows, seen = [], 0
    for path, want in stored.items():
        leaf = path.rsplit("/", 1)[1]
        if leaf in ("stdout", "stderr"):
            continue
        if leaf == "correlations_last":
            got = ours.get("/computed/correlations_ee")
            got = None if got is None else got[..., -1]
        else:
            got = ours.get(path)
        if got is None:
            rows.append((path, float("inf"), 0.0, "missing"))
            continue
        seen += 1
        if leaf == "steps_to_converge":
            if got.shape != want.shape:
                rows.append((path, float("inf"), 0, f"shape {got.shape} not {want.shape}"))
                continue
            off = np.abs(got.astype(int) - want.astype(int))
            rows.append((path, float((off > 0).mean()), few(off.size), f"largest {off.max()}"))
            rows.append((path + " (largest)", float(off.max()), 2, ""))
        elif leaf.startswith("angles"):
            agree = np.ones(1, bool)
            if want.size > 1 and "/raw_data/steps_to_converge" in stored and got.shape == want.shape:
                a, b = ours["/raw_data/steps_to_converge"].ravel(), stored["/raw_data/steps_to_converge"].ravel()
                agree = a == b if a.size == want.size else np.ones(want.size, bool)
            rows.append((path, absolute(got[agree], want[agree]) if got.shape == want.shape else float("inf"), BOUND["angle"], "rad"))
        elif leaf in ("wei_init", "wie_init", "wii"):
            rows.append((path, rel(got, want), BOUND["drawn"], ""))
        elif leaf == "perturbed":
            rows.append((path, float((np.asarray(got) != np.asarray(want)).sum()), 0, ""))
        elif leaf in ("recording_re", "recording_ri"):
            n = min(np.isfinite(got[0]).sum(), np.isfinite(want[0]).sum())
            rows.append((path, rel(got[:, :n], want[:, :n]), BOUND["value"], ""))
        elif leaf == "zei" or leaf == "zie":
            rows.append((path, rel(got, want), 0, ""))
        elif leaf in PER_STIMULUS:
            rows += per_stimulus(path, got, want, PER_STIMULUS[leaf])
        elif leaf.startswith("correlations_ee") or leaf == "correlations_last" or leaf.startswith("response_sim"):
            rows.append((path, rel(got, want), 1e-3, ""))
        elif leaf in ("osi_e", "osi_i"):
            rows.append((path, absolute(got, want), 2e-3, ""))
        elif leaf == "cc":
            # Where a current is constant but for rounding, rounding decides its ranks: compare with the file's own currents.
            if "/computed/exc_in" in ours:
                own = spearman(ours["/computed/exc_in"], ours["/computed/inh_in"])
                rows.append((path + " of the file's own currents", absolute(got, own), 1e-4, ""))
            rows.append((path, float((np.nan_to_num(np.abs(got - want)) > 5e-3).mean()), 0.25, "share of neurons off"))
        elif leaf == "cp":
            same = np.abs(ours["/computed/cc"] - stored["/computed/cc"]) < 1e-5  # not where either is NaN
            rows.append((path, absolute(got[same], want[same]), 5e-3, "where cc agrees"))
        else:
            rows.append((path, rel(got, want), BOUND["value"], ""))
    return rows, seen


def layout(path):
    out = {}
    with tables.open_file(path) as f:
        for n in f.walk_nodes("/"):
            attrs = {k: type(n._v_attrs[k]).__name__ for k in n._v_attrs._f_list()}
            if isinstance(n, tables.Group):
                out[n._v_pathname] = ("group", attrs)
            elif isinstance(n, tables.VLArray):
                out[n._v_pathname] = ("lines", n.atom.kind, attrs)
            else:
                out[n._v_pathname] = (n.shape, str(n.dtype), n.filters.complevel, n.filters.shuffle, attrs)
    return out


def layout_differences(ours, golden):
    a, b = layout(ours), layout(golden)
    return [f"{k}: {a.get(k, 'missing')} not {v}" for k, v in b.items() if a.get(k) != v] + [
        f"extra {k}" for k in a if k not in b and not k.startswith("/task")]


def differences(ours, golden, what):
    out = []
    if what != "--values":
        out += layout_differences(ours, golden)
    if what != "--layout":
        rows, seen = compare(nodes(ours), nodes(golden))
        out += [f"{p} {v:.3g} > {b:.3g} {t}" for p, v, b, t in rows if not v <= b] + ([] if seen else ["no arrays held"])
    return out


def main(arguments):
    what = arguments.pop(0) if arguments[0] in ("--layout", "--values") else ""
    bad = [f"{golden}: {d}" for ours, golden in zip(arguments[::2], arguments[1::2]) for d in differences(ours, golden, what)]
    print("\n".join(bad) or "agrees")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
