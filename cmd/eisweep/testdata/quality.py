"""Compares the field quality of a sweep's manifest, and the reasons that `eisweep tasks --json` gives, with counts of its own.

Usage: quality.py DIRECTORY < output of `eisweep tasks SWEEP --json`

What did not settle is counted twice: from the log, and from the arrays by one Euler step from the stored rates.
"""

import json
import re
import sys

import h5py
import numpy as np

TAU_E, TAU_I = 0.050, 0.025


def main(directory):
    reasons = {}
    for task in map(json.loads, sys.stdin):
        reasons[task["id"]] = sorted({r["name"] for r in task.get("reasons") or []})
    lines = {}
    for line in map(json.loads, open(f"{directory}/manifest.jsonl")):
        lines[line["id"]] = line
    suspects = 0
    for line in lines.values():
        with h5py.File(f"{directory}/{line['file']}") as f:
            want = count(f)
        compare(line, want)
        verdict = sorted(verdict_on(want))
        assert reasons[line["id"]] == verdict, (line["file"], reasons[line["id"]], verdict)
        suspects += bool(verdict)
    print(f"{len(lines)} results, {suspects} suspect: {' '.join(sorted(set(sum(reasons.values(), []))))}")


def compare(line, want):
    got = dict(line["quality"])
    for name, value in want.items():
        if name in ("nan", "stopped_unsettled"):
            assert got.get(name, type(value)()) == value, (line["file"], name, got.get(name), value)
        else:
            assert abs(got[name] - value) < 1e-12, (line["file"], name, got[name], value)
    assert set(got) <= set(want), (line["file"], got)


def count(f):
    """The quality of a training, from the arrays and the log of its file."""
    task = f["task"].attrs
    log = [bytes(x).decode() if not isinstance(x, np.ndarray) else "".join(map(chr, x)) for x in f["stdout"][...]]
    steps = f["raw_data/steps_to_converge"][...]
    rates = f["computed/responses_exc"][...].astype(float)
    r_max, max_steps = float(task["ng.r_max"]), int(task["numint.max_steps"])
    trained = task["pl.is_plastic"] != "NEITHER"

    trials = [re.match(r"phase (\d+) of \d+, trial (\d+) of (\d+): .*?(\d+) did not settle$", line) for line in log]
    trials = [tuple(map(int, m.groups())) for m in trials if m]
    aborted = sum(line.endswith("ends: a state did not settle") for line in log)
    unsettled = [int(re.search(r"(\d+) did not settle$", line)[1]) for line in log if line.startswith("responses: ")][-1]
    check_responses(f, unsettled)

    last, stopped = 0, False
    if trained:
        rows = [(p - 1) * every + t - 1 for p, t, every, _ in trials]
        assert rows == [n for n in range(len(steps)) if steps[n].max() >= 0], "the log has other trials than the array"
        for row, (_, _, _, missed) in zip(rows, trials):
            assert missed <= (steps[row] == max_steps).sum(), "more states are called unsettled than took all steps"
        last = trials[-1][3] / (steps[rows[-1]] >= 0).sum()
        for phase in {t[0] for t in trials}:
            of = [t for t in trials if t[0] == phase]
            whole = (steps[(phase - 1) * of[-1][2] + len(of) - 1] >= 0).all()
            stopped |= (len(of) < of[-1][2] or not whole) and of[-1][3] > 0
    values = {name: f["computed/" + name][...] for name in ("cc", "osi_e", "osi_i")}
    nan = {name: float(np.isnan(v).mean()) for name, v in values.items() if np.isnan(v).any()}
    quality = {
        "unsettled_trial": last,
        "unsettled_responses": unsettled / rates[..., 0].size,
        "saturated": float((rates >= 0.99 * r_max).mean()),
        "silent": float((rates.reshape(-1, rates.shape[-1]) == 0).all(axis=0).mean()),
        "nan": nan,
        "trials": len(trials) - aborted if trained else 0,
        "planned_trials": len(steps) if trained else 0,
        "stopped_unsettled": bool(stopped),
    }
    return quality


def check_responses(f, unsettled):
    """At a settled state, another Euler step changes every rate between its limits by less than max_dr allows."""
    task = f["task"].attrs
    most, r_max = float(task["numint.max_dr"]), float(task["ng.r_max"])
    re, ri = (f["computed/responses_" + x][...].astype(float) for x in ("exc", "inh"))
    de = f["computed/exc_in"][...].astype(float) - f["computed/inh_in"][...] - re
    w = {x: f["sim_state/" + x][...].astype(float) for x in ("wie", "wii")}
    di = re @ w["wie"].T - ri @ w["wii"].T - ri + float(task["inp.inh.bg_input"])
    moving = [np.where((r > 0) & (r < r_max), abs(d), 0).max(axis=-1) >= most for d, r in ((de, re), (di, ri))]
    found = int((moving[0] | moving[1]).sum())
    # A state that oscillates may turn round just when it is stored.
    assert found <= unsettled <= found + max(1, found // 50), (found, unsettled)


def verdict_on(q):
    """The reasons why such a result is suspect."""
    if q["unsettled_trial"] > 0 or q["unsettled_responses"] > 0:
        yield "unsettled"
    if q["saturated"] > 0:
        yield "saturated"
    if q["silent"] > 0.2:
        yield "silent"
    if any(share > 0.2 for share in q["nan"].values()):
        yield "nan"
    if q["stopped_unsettled"]:
        yield "stopped"


if __name__ == "__main__":
    main(*sys.argv[1:])
