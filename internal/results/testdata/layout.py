"""Prints what result files look like, each followed by an empty line: a line for each node and attribute, without values: names, shapes, types, filters."""
import sys

import h5py
import tables


def hdf5_type(t):
    """The type as the library has it, to the byte order and the character set."""
    if isinstance(t, h5py.h5t.TypeStringID):
        return f"string of {t.get_size()} cset {t.get_cset()} pad {t.get_strpad()}"
    if isinstance(t, h5py.h5t.TypeVlenID):
        return f"vlen of {hdf5_type(t.get_super())}"
    order = t.get_order() if t.get_class() in (h5py.h5t.INTEGER, h5py.h5t.FLOAT, h5py.h5t.BITFIELD) else ""
    return f"class {t.get_class()} size {t.get_size()} order {order}"


def attributes(h5, path):
    for name in sorted(h5[path].attrs):
        a = h5py.h5a.open(h5[path].id, name.encode())
        yield f"{path} @{name} {hdf5_type(a.get_type())} space {a.get_space().get_simple_extent_type()} {a.shape}"


def filters(d):
    p = d.id.get_create_plist()
    return [p.get_filter(i)[0:3:2] for i in range(p.get_nfilters())]


def show(name):
    with h5py.File(name, "r") as h5, tables.open_file(name) as py:
        for node in sorted(py.walk_nodes("/"), key=lambda n: n._v_pathname):
            path = node._v_pathname
            if path.startswith("/task"):
                continue
            print(path, type(node).__name__)
            if isinstance(node, tables.VLArray):
                print(path, node.atom, hdf5_type(h5[path].id.get_type()), filters(h5[path]), h5[path].maxshape)
            elif not isinstance(node, tables.Group):
                print(path, node.shape, node.dtype, node.filters, hdf5_type(h5[path].id.get_type()), filters(h5[path]))
            print("\n".join(attributes(h5, path)))


for name in sys.argv[1:]:
    show(name)
    print()
