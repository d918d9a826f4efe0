#include "shim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// reason is why the first call of the operation failed. Successful calls forget
// it, so it is kept before anything is cleaned up.
static char reason[2048];

void h5_begin(void) {
    static int begun;
    if (!begun) {
        begun = 1;
        // The library's cleaning up at exit crashes after a full disk, and there
        // is nothing to clean up: every file is closed.
        H5dont_atexit();
    }
    H5open();
    // In the thread-safe library this is kept for each thread.
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5Eclear2(H5E_DEFAULT);
    // No file may make the library load code.
    H5PLset_loading_state(0);
    reason[0] = 0;
}

static herr_t append(unsigned n, const H5E_error2_t *e, void *unused) {
    size_t at = strlen(reason);
    if (e->desc) snprintf(reason + at, sizeof reason - at, "%s%s", n ? ": " : "", e->desc);
    return 0;
}

static void keep_reason(void) {
    if (!reason[0]) H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, append, NULL);
}

const char *h5_error(void) {
    keep_reason();
    return reason;
}

// The closing of what an operation made keeps the reason of an earlier failure.
#define CLOSING(kind) \
    static herr_t close_##kind(hid_t id) { \
        keep_reason(); \
        return H5##kind##close(id); \
    }
CLOSING(A)
CLOSING(D)
CLOSING(G)
CLOSING(O)
CLOSING(P)
CLOSING(S)
CLOSING(T)

// access_list gives file access properties that fail a close while objects are open
// (the default closes late and silently) and that don't lock the file: what is
// read is complete, what is written is nobody else's.
static hid_t access_list(int core) {
    hid_t p = H5Pcreate(H5P_FILE_ACCESS);
    if (p < 0) return p;
    if (H5Pset_fclose_degree(p, H5F_CLOSE_SEMI) < 0 ||
        H5Pset_file_locking(p, 0, 1) < 0 ||
        (core && H5Pset_fapl_core(p, 64 << 10, 0) < 0)) {
        close_P(p);
        return -1;
    }
    return p;
}

hid_t h5_create_image(void) {
    hid_t p = access_list(1);
    if (p < 0) return p;
    // The library refuses a name that is open, in memory too; callers hold its lock.
    static unsigned long made;
    char name[32];
    snprintf(name, sizeof name, "result-%lu", ++made);
    hid_t f = H5Fcreate(name, H5F_ACC_TRUNC, H5P_DEFAULT, p);
    close_P(p);
    return f;
}

hid_t h5_create_file(const char *path) {
    hid_t p = access_list(0);
    if (p < 0) return p;
    hid_t f = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, p);
    close_P(p);
    return f;
}

hid_t h5_open_file(const char *path) {
    hid_t p = access_list(0);
    if (p < 0) return p;
    hid_t f = H5Fopen(path, H5F_ACC_RDONLY, p);
    close_P(p);
    return f;
}

ssize_t h5_image(hid_t file, void *to, size_t size) {
    return H5Fget_file_image(file, size ? to : NULL, size);
}

int h5_create_group(hid_t file, const char *path) {
    hid_t g = H5Gcreate2(file, path, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    return g < 0 ? -1 : close_G(g);
}

// hard tells whether every part of path is a hard link.
static int hard(hid_t file, const char *path) {
    char part[1024];
    size_t n = strlen(path);
    if (n == 0 || n >= sizeof part) return 0;
    for (size_t i = 1; i <= n; i++) {
        if (path[i] != '/' && path[i] != 0) continue;
        if (i == 1 && path[i] == 0) return 1; // the root
        memcpy(part, path, i);
        part[i] = 0;
        H5L_info_t link;
        if (H5Lexists(file, part, H5P_DEFAULT) <= 0) return 0;
        if (H5Lget_info(file, part, &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_HARD) return 0;
    }
    return 1;
}

int h5_node(hid_t file, const char *path) {
    H5O_info_t info;
    if (!hard(file, path)) return N_OTHER;
    if (!strcmp(path, "/")) return N_GROUP;
    if (H5Oget_info_by_name2(file, path, &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0) return -1;
    return info.type == H5O_TYPE_GROUP ? N_GROUP : info.type == H5O_TYPE_DATASET ? N_DATASET : N_OTHER;
}

int64_t h5_count_children(hid_t file, const char *group) {
    H5G_info_t info;
    if (H5Gget_info_by_name(file, group, &info, H5P_DEFAULT) < 0) return -1;
    return info.nlinks;
}

int64_t h5_child(hid_t file, const char *group, int64_t i, char *name, size_t size) {
    return H5Lget_name_by_idx(file, group, H5_INDEX_NAME, H5_ITER_INC, i, name, size, H5P_DEFAULT);
}

static hid_t file_type(int type) {
    switch (type) {
    case T_FLOAT32: return H5T_IEEE_F32LE;
    case T_FLOAT64: return H5T_IEEE_F64LE;
    case T_INT32: return H5T_STD_I32LE;
    case T_INT64: return H5T_STD_I64LE;
    }
    return -1;
}

// filtered gives dataset creation properties: chunks, shuffle before deflate 5,
// no times.
static hid_t filtered(int rank, const hsize_t *chunk) {
    hid_t p = H5Pcreate(H5P_DATASET_CREATE);
    if (p < 0) return p;
    if (H5Pset_chunk(p, rank, chunk) < 0 || H5Pset_shuffle(p) < 0 || H5Pset_deflate(p, 5) < 0 ||
        H5Pset_obj_track_times(p, 0) < 0) {
        close_P(p);
        return -1;
    }
    return p;
}

hid_t h5_create_array(hid_t file, const char *path, int type, int rank, const hsize_t *dims, const hsize_t *chunk) {
    hid_t array = -1, properties = filtered(rank, chunk), space = H5Screate_simple(rank, dims, NULL);
    if (properties >= 0 && space >= 0)
        array = H5Dcreate2(file, path, file_type(type), space, H5P_DEFAULT, properties, H5P_DEFAULT);
    if (space >= 0) close_S(space);
    if (properties >= 0) close_P(properties);
    return array;
}

int h5_write_chunk(hid_t array, const hsize_t *offset, const void *filtered, size_t size) {
    return H5Dwrite_chunk(array, H5P_DEFAULT, 0, offset, size, filtered);
}

static int element_type(hid_t array) {
    hid_t t = H5Dget_type(array);
    if (t < 0) return -1;
    int known = T_OTHER;
    for (int k = T_FLOAT32; k <= T_INT64; k++)
        if (H5Tequal(t, file_type(k)) > 0) known = k;
    if (known == T_OTHER && H5Tget_class(t) == H5T_VLEN) {
        hid_t base = H5Tget_super(t);
        if (H5Tequal(base, H5T_STD_U32LE) > 0) known = T_LINES;
        close_T(base);
    }
    close_T(t);
    return known;
}

// own tells whether the values lie in the file itself.
static int own(hid_t array) {
    hid_t p = H5Dget_create_plist(array);
    if (p < 0) return 0;
    H5D_layout_t layout = H5Pget_layout(p);
    int yes = (layout == H5D_COMPACT || layout == H5D_CONTIGUOUS || layout == H5D_CHUNKED) && H5Pget_external_count(p) == 0;
    close_P(p);
    return yes;
}

hid_t h5_open_array(hid_t file, const char *path, int *type, int *rank, hsize_t *dims) {
    if (h5_node(file, path) != N_DATASET) return -1;
    hid_t array = H5Dopen2(file, path, H5P_DEFAULT);
    if (array < 0) return array;
    hid_t space = H5Dget_space(array);
    *type = own(array) ? element_type(array) : T_OTHER;
    *rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    if (*type < 0 || *rank < 0 || *rank > 32 || H5Sget_simple_extent_dims(space, dims, NULL) < 0) {
        close_D(array);
        array = -1;
    }
    if (space >= 0) close_S(space);
    return array;
}

int h5_read(hid_t array, int type, int rank, const hsize_t *start, const hsize_t *count, void *to) {
    hid_t file = H5Dget_space(array), memory = H5Screate_simple(rank, count, NULL);
    int rc = -1;
    if (file >= 0 && memory >= 0 && H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, count, NULL) >= 0)
        rc = H5Dread(array, file_type(type), memory, file, H5P_DEFAULT, to);
    if (memory >= 0) close_S(memory);
    if (file >= 0) close_S(file);
    return rc;
}

int h5_write_lines(hid_t file, const char *path, size_t n, const size_t *lengths, const uint32_t *points) {
    hsize_t dims = n, most = H5S_UNLIMITED, chunk = 1024;
    hvl_t *lines = calloc(n, sizeof *lines);
    if (!lines) return -1;
    for (size_t i = 0; i < n; i++) {
        lines[i].len = lengths[i];
        lines[i].p = (void *)points;
        points += lengths[i];
    }
    int rc = -1;
    hid_t type = H5Tvlen_create(H5T_STD_U32LE), properties = filtered(1, &chunk), space = H5Screate_simple(1, &dims, &most);
    hid_t d = H5Dcreate2(file, path, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    if (d >= 0) {
        rc = H5Dwrite(d, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, lines);
        if (close_D(d) < 0) rc = -1;
    }
    close_S(space);
    close_P(properties);
    close_T(type);
    free(lines);
    return rc;
}

hvl_t *h5_read_lines(hid_t file, const char *path, size_t *n) {
    int type, rank;
    hsize_t dims[32];
    hvl_t *lines = NULL;
    hid_t d = h5_open_array(file, path, &type, &rank, dims);
    if (d < 0) return NULL;
    if (type == T_LINES && rank == 1 && dims[0] < (1 << 20) && (lines = calloc(dims[0] + 1, sizeof *lines))) {
        hid_t t = H5Tvlen_create(H5T_STD_U32LE);
        *n = dims[0];
        if (H5Dread(d, t, H5S_ALL, H5S_ALL, H5P_DEFAULT, lines) < 0) {
            h5_free_lines(lines, *n);
            lines = NULL;
        }
        close_T(t);
    }
    close_D(d);
    return lines;
}

size_t h5_line(const hvl_t *lines, size_t i, const uint32_t **points) {
    *points = lines[i].p;
    return lines[i].p ? lines[i].len : 0;
}

void h5_free_lines(hvl_t *lines, size_t n) {
    for (size_t i = 0; i < n; i++) H5free_memory(lines[i].p);
    free(lines);
}

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

int h5_set_string(hid_t object, const char *name, const char *text, size_t length, int utf8) {
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(length ? H5S_SCALAR : H5S_NULL);
    int rc = -1;
    if (type >= 0 && space >= 0 && H5Tset_size(type, length ? length : 1) >= 0 &&
        H5Tset_cset(type, utf8 ? H5T_CSET_UTF8 : H5T_CSET_ASCII) >= 0)
        rc = set(object, name, type, type, space, length ? text : NULL);
    if (space >= 0) close_S(space);
    if (type >= 0) close_T(type);
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
    hid_t type = text_type(), space = H5Screate(H5S_SCALAR);
    int rc = -1;
    if (type >= 0 && space >= 0) rc = set(object, name, type, type, space, &text);
    if (space >= 0) close_S(space);
    if (type >= 0) close_T(type);
    return rc;
}

int h5_set_number(hid_t object, const char *name, int type, const void *value) {
    hid_t t = type == A_BOOL ? H5T_STD_B8LE : type == A_INT64 ? H5T_STD_I64LE : H5T_IEEE_F64LE;
    hid_t space = H5Screate(H5S_SCALAR);
    int rc = set(object, name, t, t, space, value);
    close_S(space);
    return rc;
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
