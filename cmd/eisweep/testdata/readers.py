"""Reads a folder of trained networks and one of PERTURB results as the published notebooks do, and by h5py, and the manifests by
pandas; fails with what is not as they expect.

    python3 readers.py APPROXIMATE_FOLDER PERTURB_FOLDER
"""
import pathlib
import sys

import h5py
import numpy as np
import pandas as pd
import tables


def published(group):
    """The published reader: arrays by name, mappings by was_dict, sparse matrices by was_sparse, scalars from attributes."""
    out = {k: group._v_attrs[k] for k in group._v_attrs._f_list("user")}
    assert "was_sparse" not in out, group
    for node in group:
        if isinstance(node, tables.Group):
            out[node._v_name] = published(node)
        elif isinstance(node, tables.VLArray):
            assert not node.attrs["was_dict"], node
            out[node._v_name] = node.read()
            assert all(isinstance(line, str) for line in out[node._v_name]), node
        elif node._v_parent._v_name != "task":
            assert not node.attrs["was_mmap"], node
            out[node._v_name] = node.read()
    return out


def same(by_tables, by_h5py):
    for name, value in by_tables.items():
        if isinstance(value, dict):
            same(value, by_h5py[name])
        elif isinstance(value, np.ndarray):
            other = by_h5py[name][...]
            assert other.dtype == value.dtype and np.array_equal(other, value, equal_nan=value.dtype.kind == "f"), name


def read(path):
    with tables.open_file(str(path)) as f:
        tree = published(f.root)
    with h5py.File(path, "r") as f:
        same(tree, f)
        assert f["task"].attrs["seed"] == 1, dict(f["task"].attrs)
    return tree


def manifest(folder):
    lines = pd.read_json(folder / "manifest.jsonl", lines=True)
    assert (lines.state == "done").all() and len(lines) == 4, lines
    assert (lines.bytes == [(folder / name).stat().st_size for name in lines.file]).all(), lines
    return lines


trained, pushed = map(pathlib.Path, sys.argv[1:])
plastic = set()
for line in manifest(trained).itertuples():
    tree = read(trained / line.file)
    n = 1 if "NEITHER" in line.file else 2
    plastic.add(line.parameters["pl.is_plastic"])
    assert tree["computed"]["responses_exc"].shape == (6, 6, 6, 64)
    assert tree["computed"]["correlations_ee"].shape == (64, 64, n)
    assert tree["sim_state"]["wee"].dtype == np.float32 and tree["sim_state"]["ei_min"] == 0
    assert tree["raw_data"]["converged"] in (True, False)
assert plastic == {"NEITHER", "BOTH", "EXC", "INH"}, plastic
for line in manifest(pushed).itertuples():
    tree = read(pushed / line.file)
    assert tree["raw_data"]["rate_change"].shape == (2, 1, 6, 6, 6, 64)
    assert tree["raw_data"]["perturbed"].dtype == np.int64
    assert tree["computed"]["correlation_mean"].shape == (9,)
