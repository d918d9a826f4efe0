"""Writes golden/*.h5 of the small cases as NAME.gz for the tests: gzipped little-endian arrays behind a JSON index.

    /usr/bin/python3 golden.py FOLDER_OF_GOLDEN_FILES [OUT]      (Debian: python3-numpy python3-tables)

A file, unpacked, is: the length of the index (uint32), the index (JSON: the case's parameters, and of each array name, shape,
type), then the arrays one after another, their bytes shuffled (all first bytes, then all second bytes, …).
"""
import gzip
import json
import struct
import sys
from pathlib import Path

import numpy as np
import tables

LEFT_OUT = {"stdout", "stderr", "all_correlations", "recording_re", "zei", "zie"}
LARGE = {"axis6_s7_neither": {"afferents", "inh_in"}}
COARSE = {"correlations_ee", "response_sim", "response_sim_ee"}  # float64, but held within 1e-3
ONCE = {"afferents", "stimulus_pref"}  # the same wherever the sizes are


def arrays(path, once):
    with tables.open_file(path) as f:
        for n in f.walk_nodes("/", "Array"):
            name = n._v_name
            if name in LEFT_OUT or name in LARGE.get(path.stem, ()) or isinstance(n, tables.VLArray):
                continue
            a = n.read()
            if name in ONCE and (name, a.shape) in once:
                continue
            once.add((name, a.shape))
            if name in COARSE:
                a = a.astype("float32")
            if name == "recording_ri":
                a = a[:, np.isfinite(a[0])]
            yield name, np.ascontiguousarray(a, a.dtype.newbyteorder("<"))


def write(path, out, once):
    index, body = [], b""
    for name, a in arrays(path, once):
        index.append({"name": name, "shape": a.shape, "type": str(a.dtype)})
        body += a.reshape(-1).view(np.uint8).reshape(-1, a.itemsize).T.tobytes()
    head = json.dumps({"case": json.loads(path.with_suffix(".json").read_text()), "arrays": index}).encode()
    (out / f"{path.stem}.gz").write_bytes(gzip.compress(struct.pack("<I", len(head)) + head + body, 9, mtime=0))


if __name__ == "__main__":
    out, once = Path(sys.argv[2] if len(sys.argv) > 2 else Path(__file__).parent / "golden"), set()
    for path in sorted(Path(sys.argv[1]).glob("*.h5")):
        if not path.stem.startswith("default"):
            write(path, out, once)
