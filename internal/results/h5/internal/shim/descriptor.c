// F_DUPFD_CLOEXEC, pread and fstat are POSIX.
#define _POSIX_C_SOURCE 200809L

#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// A driver that reads an open descriptor. The library's own drivers open names, and a name may belong to another file by
// then. They resolve /proc/self/fd to the real path, which a replaced file doesn't have.

typedef struct {
    H5FD_t pub; // for the library
    int fd;
    dev_t device;
    ino_t inode;
    haddr_t eoa, eof; // the end of the used part, and of the file
} reader;

int h5_refusal;

// refused keeps the errno of a failed call. EINVAL and EFAULT come from offsets and sizes that a damaged file claims, so
// they are the file's fault.
static void refused(void) {
    if (errno != EINVAL && errno != EFAULT) h5_refusal = errno;
}

static H5FD_t *reader_open(const char *name, unsigned flags, hid_t access, haddr_t maxaddr) {
    const int *fd = H5Pget_driver_info(access);
    struct stat is;
    if (!fd || flags & H5F_ACC_RDWR) return NULL;
    int own = fcntl(*fd, F_DUPFD_CLOEXEC, 0);
    if (own < 0) {
        refused();
        return NULL;
    }
    reader *r = fstat(own, &is) < 0 ? NULL : calloc(1, sizeof *r);
    if (!r) {
        refused();
        close(own);
        return NULL;
    }
    r->fd = own;
    r->device = is.st_dev;
    r->inode = is.st_ino;
    r->eof = is.st_size;
    return &r->pub;
}

static herr_t reader_close(H5FD_t *file) {
    int rc = close(((reader *)file)->fd);
    free(file);
    return rc < 0 ? -1 : 0;
}

static int reader_compare(const H5FD_t *a, const H5FD_t *b) {
    const reader *x = (const reader *)a, *y = (const reader *)b;
    if (x->device != y->device) return x->device < y->device ? -1 : 1;
    if (x->inode != y->inode) return x->inode < y->inode ? -1 : 1;
    return 0;
}

static herr_t reader_query(const H5FD_t *file, unsigned long *flags) {
    if (flags) *flags = H5FD_FEAT_DATA_SIEVE;
    return 0;
}

static haddr_t reader_get_eoa(const H5FD_t *file, H5FD_mem_t type) { return ((const reader *)file)->eoa; }

static herr_t reader_set_eoa(H5FD_t *file, H5FD_mem_t type, haddr_t to) {
    ((reader *)file)->eoa = to;
    return 0;
}

static haddr_t reader_get_eof(const H5FD_t *file, H5FD_mem_t type) { return ((const reader *)file)->eof; }

// reader_read reads zeros beyond the end of the file, as the library's own drivers do.
static herr_t reader_read(H5FD_t *file, H5FD_mem_t type, hid_t how, haddr_t at, size_t size, void *to) {
    char *next = to;
    while (size > 0) {
        ssize_t n = pread(((reader *)file)->fd, next, size, at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            refused();
            return -1;
        }
        if (n == 0) {
            memset(next, 0, size);
            return 0;
        }
        next += n;
        at += n;
        size -= n;
    }
    return 0;
}

static herr_t reader_write(H5FD_t *file, H5FD_mem_t type, hid_t how, haddr_t at, size_t size, const void *from) { return -1; }

static const H5FD_class_t reader_class = {
#ifdef H5FD_CLASS_VERSION // HDF5 1.14
    .version = H5FD_CLASS_VERSION,
    .value = (H5FD_class_value_t)600,
#endif
    .name = "descriptor",
    .maxaddr = (haddr_t)1 << 62,
    .fc_degree = H5F_CLOSE_WEAK,
    .fapl_size = sizeof(int),
    .open = reader_open,
    .close = reader_close,
    .cmp = reader_compare,
    .query = reader_query,
    .get_eoa = reader_get_eoa,
    .set_eoa = reader_set_eoa,
    .get_eof = reader_get_eof,
    .read = reader_read,
    .write = reader_write,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

int h5_open_descriptor(int fd) {
    static hid_t driver = -1; // made once, and not closed
    if (driver < 0 && (driver = H5FDregister(&reader_class)) < 0) return -1;
    return H5Pset_driver(H5P_FILE_ACCESS_DEFAULT, driver, &fd);
}
