#include "shim.h"

#include <stdio.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

// The library's cleanup at exit crashes after a full disk, and there is nothing to clean up: every file is closed. It
// can be disabled only before the library starts, and gonum.org/v1/hdf5 starts the library when the program starts.
__attribute__((constructor)) static void before_start(void) { H5dont_atexit(); }

static char reason[2048];

static herr_t append(unsigned n, const H5E_error2_t *e, void *unused) {
    size_t at = strlen(reason);
    if (e->desc) snprintf(reason + at, sizeof reason - at, "%s%s", n ? ": " : "", e->desc);
    return 0;
}

// The library calls failed when a call fails. Later calls, even for cleanup, clear the error stack.
static herr_t failed(hid_t stack, void *unused) {
    if (!reason[0]) H5Ewalk2(stack, H5E_WALK_DOWNWARD, append, NULL);
    return 0;
}

// prepare sets the properties by which all files are opened. gonum.org/v1/hdf5 always passes the default lists, so it
// changes those. A close fails while objects are open (by default the library delays it without an error). Files are not
// locked: those that are read are complete, and no other process knows those that are written.
static int prepare(void) {
#ifdef __GLIBC__
    // Every open file takes half a megabyte for a while. By default malloc returns that to the system each time.
    mallopt(M_MMAP_THRESHOLD, 4 << 20);
    mallopt(M_TRIM_THRESHOLD, 8 << 20);
#endif
    // Files must not make the library load code.
    if (H5PLset_loading_state(0) < 0) return -1;
    // An array of one chunk takes a whole node of an index. By default a node has room for 64 chunks and takes some 3 KB,
    // more than most arrays of a small network.
    if (H5Pset_istore_k(H5P_FILE_CREATE_DEFAULT, 4) < 0) return -1;
    hid_t access = H5P_FILE_ACCESS_DEFAULT;
    if (H5Pset_fclose_degree(access, H5F_CLOSE_SEMI) < 0 || H5Pset_file_locking(access, 0, 1) < 0) return -1;
    // Chunks are read and written whole, so an array's cache needs room for only a few.
    return H5Pset_cache(access, 0, 17, 1 << 20, 0.75);
}

int h5_begin(void) {
    static int prepared;
    reason[0] = 0;
    h5_refusal = 0;
    // The thread-safe library keeps this setting per thread.
    if (H5Eset_auto2(H5E_DEFAULT, failed, NULL) < 0) return -1;
    if (!prepared) prepared = prepare() >= 0;
    return prepared ? 0 : -1;
}

const char *h5_reason(void) { return reason; }

int h5_open_on_disk(void) {
    int rc = H5Pset_fapl_sec2(H5P_FILE_ACCESS_DEFAULT);
    return H5Pset_file_image(H5P_FILE_ACCESS_DEFAULT, NULL, 0) < 0 ? -1 : rc;
}

int h5_open_in_memory(const void *image, size_t size, char name[32]) {
    // The library refuses a name that is already open in memory or that a file on the disk has. No file can be below a device.
    static unsigned long made;
    snprintf(name, 32, "/dev/null/%lu", ++made);
    if (H5Pset_fapl_core(H5P_FILE_ACCESS_DEFAULT, 64 << 10, 0) < 0) return -1;
    return size ? H5Pset_file_image(H5P_FILE_ACCESS_DEFAULT, (void *)image, size) : 0;
}
