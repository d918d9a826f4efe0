#include "shim.h"

// LARGEST is the limit in bytes for an array that is read, and CHUNK for a chunk: the library holds a whole chunk in
// memory.
enum { CHUNK = 64 << 20 };
static const hsize_t LARGEST = (hsize_t)1 << 46;

// DEFLATED is more than the number of bytes that deflate can expand a byte to.
enum { DEFLATED = 2048 };

// bytes is the size of an array of that shape; 0 when it is empty or too large.
static hsize_t bytes(int rank, const hsize_t *dims, size_t element) {
    hsize_t n = element;
    for (int i = 0; i < rank; i++) {
        if (dims[i] == 0 || n > LARGEST / dims[i]) return 0;
        n *= dims[i];
    }
    return n;
}

// plain returns whether the filters are those of results, which are built into the library and expand data no more than
// deflate does.
static int plain(hid_t properties) {
    int n = H5Pget_nfilters(properties);
    for (int i = 0; i < n; i++) {
        size_t values = 0;
        unsigned flags, config;
        H5Z_filter_t filter = H5Pget_filter2(properties, i, &flags, &values, NULL, 0, NULL, &config);
        if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32) return 0;
    }
    return n >= 0 && n <= 3;
}

int h5_form(hid_t dataset, int rank, const hsize_t *dims) {
    hid_t properties = H5Dget_create_plist(dataset), type = H5Dget_type(dataset);
    hsize_t chunk[H5S_MAX_RANK], stored = H5Dget_storage_size(dataset), most = CHUNK;
    size_t element = type < 0 ? 0 : H5Tget_size(type);
    int form = F_OWN;
    H5D_layout_t layout = properties < 0 ? H5D_LAYOUT_ERROR : H5Pget_layout(properties);
    if (layout != H5D_COMPACT && layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED) form = F_ELSEWHERE;
    else if (H5Pget_external_count(properties) != 0) form = F_ELSEWHERE;
    else if (layout == H5D_CHUNKED && !plain(properties)) form = F_FILTERED;
    else if (layout == H5D_CHUNKED && H5Pget_chunk(properties, H5S_MAX_RANK, chunk) != rank) form = F_LARGE;
    else if (layout == H5D_CHUNKED && ((most = bytes(rank, chunk, element)) == 0 || most > CHUNK)) form = F_LARGE;
    else {
        hsize_t size = bytes(rank, dims, element);
        if (size == 0 || size / DEFLATED > stored) form = F_LARGE;
    }
    if (type >= 0) H5Tclose(type);
    if (properties >= 0) H5Pclose(properties);
    return form;
}
