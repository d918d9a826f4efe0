#include "shim.h"

#include <string.h>

// hard returns whether every part of path is a hard link.
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

int h5_object(hid_t file, const char *path, uint64_t *address) {
    H5O_info_t info;
    *address = 0;
    if (!hard(file, path)) return O_NONE;
    if (H5Oget_info_by_name2(file, path, &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0) return -1;
    *address = info.addr;
    return info.type == H5O_TYPE_GROUP ? O_GROUP : info.type == H5O_TYPE_DATASET ? O_DATASET : O_NONE;
}
