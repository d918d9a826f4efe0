#include "closing.h"

#include <stdlib.h>

// line_type is the type of a line: code points. It is made once, and not closed.
static hid_t line_type(void) {
    static hid_t kept = -1;
    return kept >= 0 ? kept : (kept = H5Tvlen_create(H5T_STD_U32LE));
}

int h5_create_lines(hid_t file, const char *path, size_t n) {
    hsize_t dims = n, most = H5S_UNLIMITED, chunk = n < 1024 ? n : 1024;
    hid_t d = -1, type = line_type(), properties = h5_filtered(1, &chunk), space = H5Screate_simple(1, &dims, &most);
    if (type >= 0 && properties >= 0 && space >= 0)
        d = H5Dcreate2(file, path, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    if (space >= 0) close_S(space);
    return d < 0 ? -1 : close_D(d);
}

// transfer gives data transfer properties with a small buffer for conversions: the library
// clears all of it, by default a megabyte, for a few lines. They are made once, and are not
// closed.
static hid_t transfer(void) {
    static hid_t kept = -1;
    if (kept < 0) {
        hid_t p = H5Pcreate(H5P_DATASET_XFER);
        if (p < 0) return p;
        if (H5Pset_buffer(p, 32 << 10, NULL, NULL) < 0) {
            close_P(p);
            return -1;
        }
        kept = p;
    }
    return kept;
}

int h5_fill_lines(hid_t file, const char *path, size_t n, const size_t *lengths, const uint32_t *points) {
    hvl_t *lines = calloc(n, sizeof *lines);
    if (!lines) return -1;
    for (size_t i = 0; i < n; i++) {
        lines[i].len = lengths[i];
        lines[i].p = (void *)points;
        points += lengths[i];
    }
    int rc = -1;
    hid_t d = H5Dopen2(file, path, H5P_DEFAULT);
    hid_t space = d < 0 ? -1 : H5Dget_space(d), how = transfer();
    if (space >= 0 && how >= 0 && H5Sget_simple_extent_npoints(space) == (hssize_t)n)
        rc = H5Dwrite(d, line_type(), H5S_ALL, H5S_ALL, how, lines);
    if (space >= 0) close_S(space);
    if (d >= 0 && close_D(d) < 0) rc = -1;
    free(lines);
    return rc;
}

// allowance is how much memory the lines that are read may still take: a short file may
// name the same long text any number of times.
static void *take(size_t size, void *allowance) {
    size_t *left = allowance;
    if (size > *left) return NULL;
    *left -= size;
    return malloc(size);
}

static void give(void *memory, void *allowance) { free(memory); }

hvl_t *h5_read_lines(hid_t file, const char *path, size_t allowance, size_t *n) {
    int type, rank, form;
    hsize_t dims[32];
    hvl_t *lines = NULL;
    hid_t d = h5_open_array(file, path, &type, &rank, dims, &form);
    if (d < 0) return NULL;
    hid_t how = H5Pcreate(H5P_DATASET_XFER);
    if (how >= 0 && H5Pset_vlen_mem_manager(how, take, &allowance, give, NULL) >= 0 &&
        type == T_LINES && form == F_OWN && rank == 1 && dims[0] < (1 << 20) && (lines = calloc(dims[0] + 1, sizeof *lines))) {
        *n = dims[0];
        if (H5Dread(d, line_type(), H5S_ALL, H5S_ALL, how, lines) < 0) {
            h5_keep_reason();
            h5_free_lines(lines, *n);
            lines = NULL;
        }
    }
    if (how >= 0) close_P(how);
    close_D(d);
    return lines;
}

size_t h5_line(const hvl_t *lines, size_t i, const uint32_t **points) {
    *points = lines[i].p;
    return lines[i].p ? lines[i].len : 0;
}

void h5_free_lines(hvl_t *lines, size_t n) {
    for (size_t i = 0; i < n; i++) free(lines[i].p);
    free(lines);
}
