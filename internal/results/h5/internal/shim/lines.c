#include "shim.h"

#include <stdlib.h>

// transfer returns data transfer properties with a small conversion buffer: the library clears the whole buffer, by
// default a megabyte, even for a few lines. They are created once and stay open.
static hid_t transfer(void) {
    static hid_t kept = -1;
    if (kept >= 0) return kept;
    hid_t p = H5Pcreate(H5P_DATASET_XFER);
    if (p >= 0 && H5Pset_buffer(p, 32 << 10, NULL, NULL) >= 0) return kept = p;
    if (p >= 0) H5Pclose(p);
    return -1;
}

int h5_write_lines(hid_t dataset, hid_t type, size_t n, const size_t *lengths, const uint32_t *points) {
    hid_t how = transfer();
    hvl_t *lines = calloc(n, sizeof *lines);
    if (!lines || how < 0) {
        free(lines);
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        lines[i].len = lengths[i];
        lines[i].p = (void *)points;
        points += lengths[i];
    }
    int rc = H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, how, lines);
    free(lines);
    return rc;
}

// allowance is how much memory the lines may still take: a short file may refer to the same long text any number of
// times.
static void *take(size_t size, void *allowance) {
    size_t *left = allowance;
    if (size > *left) return NULL;
    *left -= size;
    return malloc(size);
}

static void give(void *memory, void *allowance) { free(memory); }

hvl_t *h5_read_lines(hid_t dataset, hid_t type, size_t n, size_t allowance) {
    hvl_t *lines = calloc(n + 1, sizeof *lines);
    hid_t how = H5Pcreate(H5P_DATASET_XFER);
    if (lines && (how < 0 || H5Pset_vlen_mem_manager(how, take, &allowance, give, NULL) < 0 ||
                  H5Dread(dataset, type, H5S_ALL, H5S_ALL, how, lines) < 0)) {
        h5_free_lines(lines, n);
        lines = NULL;
    }
    if (how >= 0) H5Pclose(how);
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
