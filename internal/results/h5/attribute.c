#include "closing.h"

hid_t h5_open_object(hid_t file, const char *path) { return H5Oopen(file, path, H5P_DEFAULT); }

int h5_close_object(hid_t object) { return close_O(object); }

static int set(hid_t object, const char *name, hid_t type, hid_t memory, hid_t space, const void *value) {
    int rc = -1;
    hid_t a = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (a >= 0) {
        rc = value ? H5Awrite(a, memory, value) : 0;
        if (close_A(a) < 0) rc = -1;
    }
    return rc;
}

// scalar and nothing are the spaces of attributes: made once, and not closed.
static hid_t scalar(void) {
    static hid_t kept = -1;
    return kept >= 0 ? kept : (kept = H5Screate(H5S_SCALAR));
}

static hid_t nothing(void) {
    static hid_t kept = -1;
    return kept >= 0 ? kept : (kept = H5Screate(H5S_NULL));
}

// string_type is a string of fixed length. Short ones are made once, and are not
// closed.
enum { SHORT = 64 };

static hid_t string_type(size_t size, int utf8) {
    static hid_t kept[2][SHORT]; // 0: not made
    if (size < SHORT && kept[utf8][size]) return kept[utf8][size];
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type >= 0 && (H5Tset_size(type, size) < 0 || H5Tset_cset(type, utf8 ? H5T_CSET_UTF8 : H5T_CSET_ASCII) < 0)) {
        close_T(type);
        return -1;
    }
    if (size < SHORT && type >= 0) kept[utf8][size] = type;
    return type;
}

int h5_set_string(hid_t object, const char *name, const char *text, size_t length, int utf8) {
    size_t size = length ? length : 1;
    hid_t type = string_type(size, utf8 != 0);
    int rc = -1;
    if (type >= 0) rc = set(object, name, type, type, length ? scalar() : nothing(), length ? text : NULL);
    if (type >= 0 && size >= SHORT) close_T(type);
    return rc;
}

// text_type is a string of any length, in UTF-8.
static hid_t text_type(void) {
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type >= 0 && H5Tset_size(type, H5T_VARIABLE) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0) return type;
    if (type >= 0) close_T(type);
    return -1;
}

int h5_set_text(hid_t object, const char *name, const char *text) {
    hid_t type = text_type();
    int rc = -1;
    if (type >= 0) rc = set(object, name, type, type, scalar(), &text);
    if (type >= 0) close_T(type);
    return rc;
}

int h5_set_number(hid_t object, const char *name, int type, const void *value) {
    hid_t t = type == A_BOOL ? H5T_STD_B8LE : type == A_INT64 ? H5T_STD_I64LE : H5T_IEEE_F64LE;
    return set(object, name, t, t, scalar(), value);
}

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

// Sizes: of the string; 0 for an empty one; of a number in memory.
int h5_attribute(hid_t file, const char *path, const char *name, int *type, size_t *size) {
    if (H5Aexists_by_name(file, path, name, H5P_DEFAULT) <= 0) return -1;
    hid_t a = H5Aopen_by_name(file, path, name, H5P_DEFAULT, H5P_DEFAULT);
    if (a < 0) return -1;
    hid_t t = H5Aget_type(a), space = H5Aget_space(a);
    H5S_class_t shape = H5Sget_simple_extent_type(space);
    *type = attribute_type(t);
    *size = *type == A_STRING ? H5Tget_size(t) : *type == A_BOOL ? 1 : 8;
    if (shape == H5S_NULL && *type == A_STRING) *size = 0;
    else if (H5Sget_simple_extent_npoints(space) != 1) *type = A_OTHER;
    close_S(space);
    close_T(t);
    close_A(a);
    return 0;
}

char *h5_get_text(hid_t file, const char *path, const char *name) {
    hid_t a = H5Aopen_by_name(file, path, name, H5P_DEFAULT, H5P_DEFAULT);
    if (a < 0) return NULL;
    hid_t t = H5Aget_type(a);
    char *text = NULL;
    if (H5Aread(a, t, &text) < 0) text = NULL;
    close_T(t);
    close_A(a);
    return text;
}

void h5_free_text(char *text) { H5free_memory(text); }

int h5_get_attribute(hid_t file, const char *path, const char *name, int type, void *to, size_t size) {
    hid_t a = H5Aopen_by_name(file, path, name, H5P_DEFAULT, H5P_DEFAULT);
    if (a < 0) return -1;
    hid_t t = H5Aget_type(a);
    int rc = -1;
    if (type == A_STRING && H5Tget_size(t) == size) rc = H5Aread(a, t, to);
    if (type == A_BOOL) rc = H5Aread(a, H5T_STD_B8LE, to);
    if (type == A_INT64) rc = H5Aread(a, H5T_STD_I64LE, to);
    if (type == A_FLOAT64) rc = H5Aread(a, H5T_IEEE_F64LE, to);
    close_T(t);
    close_A(a);
    return rc;
}
