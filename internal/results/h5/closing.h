#ifndef EISWEEP_H5_CLOSING_H
#define EISWEEP_H5_CLOSING_H

#include "shim.h"

void h5_keep_reason(void); // of the first call of the operation that failed

// The closing of what an operation made keeps the reason of an earlier failure.
#define CLOSING(kind) \
    static inline herr_t close_##kind(hid_t id) { \
        h5_keep_reason(); \
        return H5##kind##close(id); \
    }
CLOSING(A)
CLOSING(D)
CLOSING(G)
CLOSING(O)
CLOSING(P)
CLOSING(S)
CLOSING(T)

#endif
