"""Reads a result file by PyTables and h5py, as users do, and prints what the test wants to see."""
import json
import sys
import warnings

import h5py
import numpy as np
import tables

warnings.simplefilter("error")  # PyTables warns of what it doesn't read well
path = sys.argv[1]
with tables.open_file(path) as f, h5py.File(path, "r") as h:
    for node in f.walk_nodes("/", "Array"):
        np.testing.assert_array_equal(node.read(), h[node._v_pathname][...])
    task = f.root.task._v_attrs
    names = sorted(set(task._f_list("user")) | {"seed"})
    for name in names:
        assert h["task"].attrs[name] == task[name], name
    print(json.dumps({
        "task": {n: task[n].item() if isinstance(task[n], np.generic) else task[n] for n in names},
        "types": {n: type(task[n]).__name__ for n in names},
        "stdout": f.root.stdout.read(), "stderr": f.root.stderr.read(),
        "was_mmap": repr(f.root.sim_state.wee._v_attrs.was_mmap), "was_dict": repr(f.root.stdout._v_attrs.was_dict),
        "wee": float(f.root.sim_state.wee.read().astype(float).sum()),
        "shape": [int(n) for n in f.root.sim_state.wee.shape],
    }))
