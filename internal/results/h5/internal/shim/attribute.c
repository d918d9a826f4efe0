#include "shim.h"

int64_t h5_count_attributes(hid_t file, const char *path) {
    H5O_info_t info;
    if (H5Oget_info_by_name2(file, path, &info, H5O_INFO_NUM_ATTRS, H5P_DEFAULT) < 0) return -1;
    return info.num_attrs;
}

int64_t h5_attribute_name(hid_t file, const char *path, int64_t i, char *name, size_t size) {
    return H5Aget_name_by_idx(file, path, H5_INDEX_NAME, H5_ITER_INC, i, name, size, H5P_DEFAULT);
}

static int attribute_type(hid_t type) {
    switch (H5Tget_class(type)) {
    case H5T_BITFIELD: return H5Tget_size(type) == 1 ? A_BOOL : A_OTHER;
    case H5T_INTEGER: return A_INT64;
    case H5T_FLOAT: return A_FLOAT64;
    case H5T_STRING: return H5Tis_variable_str(type) ? A_TEXT : A_STRING;
    default: return A_OTHER;
    }
}

static hid_t number_type(int type) {
    return type == A_BOOL ? H5T_STD_B8LE : type == A_INT64 ? H5T_STD_I64LE : H5T_IEEE_F64LE;
}

hid_t h5_open_attribute(hid_t file, const char *path, const char *name, int *type, size_t *size) {
    if (H5Aexists_by_name(file, path, name, H5P_DEFAULT) <= 0) return -1;
    hid_t a = H5Aopen_by_name(file, path, name, H5P_DEFAULT, H5P_DEFAULT);
    if (a < 0) return -1;
    hid_t t = H5Aget_type(a), s = H5Aget_space(a);
    *type = attribute_type(t);
    *size = *type == A_STRING ? H5Tget_size(t) : *type == A_BOOL ? 1 : 8;
    if (H5Sget_simple_extent_type(s) == H5S_NULL && *type == A_STRING) *size = 0;
    else if (H5Sget_simple_extent_npoints(s) != 1) *type = A_OTHER;
    H5Sclose(s);
    H5Tclose(t);
    return a;
}

int h5_read_attribute(hid_t attribute, int type, void *to) {
    if (type != A_STRING) return H5Aread(attribute, number_type(type), to);
    hid_t t = H5Aget_type(attribute);
    int rc = H5Aread(attribute, t, to);
    H5Tclose(t);
    return rc;
}

char *h5_read_text(hid_t attribute) {
    hid_t t = H5Aget_type(attribute);
    char *text = NULL;
    if (H5Aread(attribute, t, &text) < 0) text = NULL;
    H5Tclose(t);
    return text;
}
