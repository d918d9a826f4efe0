#include "closing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

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
#ifdef __GLIBC__
        // Every open file takes half a megabyte for a while. By default that goes back
        // to the system each time.
        mallopt(M_MMAP_THRESHOLD, 4 << 20);
        mallopt(M_TRIM_THRESHOLD, 8 << 20);
#endif
    }
    H5open();
    // In the thread-safe library this is kept for each thread.
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5Eclear2(H5E_DEFAULT);
    // No file may make the library load code.
    H5PLset_loading_state(0);
    reason[0] = 0;
    h5_refusal = 0;
}

static herr_t append(unsigned n, const H5E_error2_t *e, void *unused) {
    size_t at = strlen(reason);
    if (e->desc) snprintf(reason + at, sizeof reason - at, "%s%s", n ? ": " : "", e->desc);
    return 0;
}

void h5_keep_reason(void) {
    if (!reason[0]) H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, append, NULL);
}

const char *h5_error(void) {
    h5_keep_reason();
    return reason;
}

// h5_access_list gives file access properties that fail a close while objects are open
// (the default closes late and silently) and that don't lock the file: what is
// read is complete, what is written is nobody else's.
hid_t h5_access_list(int core) {
    hid_t p = H5Pcreate(H5P_FILE_ACCESS);
    if (p < 0) return p;
    // Chunks are read and written whole, so few need a place in an array's cache.
    if (H5Pset_fclose_degree(p, H5F_CLOSE_SEMI) < 0 ||
        H5Pset_file_locking(p, 0, 1) < 0 ||
        H5Pset_cache(p, 0, 17, 1 << 20, 0.75) < 0 ||
        (core && H5Pset_fapl_core(p, 64 << 10, 0) < 0)) {
        close_P(p);
        return -1;
    }
    return p;
}

// next_image names a file in memory. The library refuses a name that is open there, too,
// or that a file on the disk has: nothing can be below a device. Callers hold its lock.
static void next_image(char name[32]) {
    static unsigned long made;
    snprintf(name, 32, "/dev/null/%lu", ++made);
}

hid_t h5_create_image(void) {
    char name[32];
    hid_t p = h5_access_list(1);
    if (p < 0) return p;
    next_image(name);
    hid_t f = -1, properties = H5Pcreate(H5P_FILE_CREATE);
    // An array of one chunk takes a whole node of an index. By default that has room for 64
    // chunks and some 3 KB, more than most arrays of a small network.
    if (properties >= 0 && H5Pset_istore_k(properties, 4) >= 0) f = H5Fcreate(name, H5F_ACC_TRUNC, properties, p);
    if (properties >= 0) close_P(properties);
    close_P(p);
    return f;
}

hid_t h5_open_image(void *image, size_t size) {
    char name[32];
    hid_t f = -1, p = h5_access_list(1);
    if (p < 0) return p;
    next_image(name);
    if (H5Pset_file_image(p, image, size) >= 0) f = H5Fopen(name, H5F_ACC_RDWR, p);
    close_P(p);
    return f;
}

hid_t h5_open_file(const char *path) {
    hid_t p = h5_access_list(0);
    if (p < 0) return p;
    hid_t f = H5Fopen(path, H5F_ACC_RDWR, p);
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

int h5_node(hid_t file, const char *path, uint64_t *address) {
    H5O_info_t info;
    *address = 0;
    if (!hard(file, path)) return N_OTHER;
    if (H5Oget_info_by_name2(file, path, &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0) return -1;
    *address = info.addr;
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

// h5_filtered gives dataset creation properties: chunks, shuffle before deflate 5,
// no times. They are made once, and are not closed.
hid_t h5_filtered(int rank, const hsize_t *chunk) {
    static hid_t kept = -1;
    if (kept < 0) {
        hid_t p = H5Pcreate(H5P_DATASET_CREATE);
        if (p < 0) return p;
        if (H5Pset_shuffle(p) < 0 || H5Pset_deflate(p, 5) < 0 || H5Pset_obj_track_times(p, 0) < 0) {
            close_P(p);
            return -1;
        }
        kept = p;
    }
    return H5Pset_chunk(kept, rank, chunk) < 0 ? -1 : kept;
}

hid_t h5_create_array(hid_t file, const char *path, int type, int rank, const hsize_t *dims, const hsize_t *chunk) {
    hid_t array = -1, properties = h5_filtered(rank, chunk), space = H5Screate_simple(rank, dims, NULL);
    if (properties >= 0 && space >= 0)
        array = H5Dcreate2(file, path, file_type(type), space, H5P_DEFAULT, properties, H5P_DEFAULT);
    if (space >= 0) close_S(space);
    return array;
}

hid_t h5_reopen_array(hid_t file, const char *path) { return H5Dopen2(file, path, H5P_DEFAULT); }

int h5_write_only_chunk(hid_t file, const char *path, const void *filtered, size_t size) {
    static const hsize_t first[H5S_MAX_RANK];
    hid_t array = H5Dopen2(file, path, H5P_DEFAULT);
    if (array < 0) return -1;
    int rc = H5Dwrite_chunk(array, H5P_DEFAULT, 0, first, size, filtered);
    if (close_D(array) < 0) rc = -1;
    return rc;
}

int h5_only_chunk(hid_t file, const char *path, uint64_t *address, uint64_t *size) {
    static const hsize_t first[H5S_MAX_RANK];
    haddr_t at = HADDR_UNDEF;
    hsize_t bytes = 0;
    unsigned skipped;
    hid_t array = H5Dopen2(file, path, H5P_DEFAULT);
    if (array < 0) return -1;
    int rc = H5Dget_chunk_info_by_coord(array, first, &skipped, &at, &bytes);
    if (close_D(array) < 0 || at == HADDR_UNDEF) rc = -1;
    *address = at;
    *size = bytes;
    return rc;
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

hid_t h5_open_array(hid_t file, const char *path, int *type, int *rank, hsize_t *dims, int *form) {
    hid_t array = H5Dopen2(file, path, H5P_DEFAULT);
    if (array < 0) return array;
    hid_t space = H5Dget_space(array);
    *type = element_type(array);
    *rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    if (*type < 0 || *rank < 0 || *rank > 32 || H5Sget_simple_extent_dims(space, dims, NULL) < 0) {
        close_D(array);
        array = -1;
    } else {
        *form = h5_form(array, *rank, dims);
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
