// What the Go side calls. Every function returns a negative number when it
// fails; h5_error then tells why. Paths are absolute within the file.
#ifndef EISWEEP_H5_SHIM_H
#define EISWEEP_H5_SHIM_H

#include <hdf5.h>
#include <stdint.h>

enum { T_OTHER, T_FLOAT32, T_FLOAT64, T_INT32, T_INT64, T_LINES };           // element types
enum { A_OTHER, A_BOOL, A_INT64, A_FLOAT64, A_STRING, A_TEXT };               // attribute types
enum { N_OTHER, N_GROUP, N_DATASET };                                         // what a name leads to

void h5_begin(void);        // before the calls of one operation, on their thread
const char *h5_error(void); // why a call since then failed; "" when the library doesn't say

hid_t h5_open_file(const char *path); // for reading

int h5_node(hid_t file, const char *path); // N_…; N_OTHER when it isn't there or reached by a soft or external link
int64_t h5_count_children(hid_t file, const char *group);
int64_t h5_child(hid_t file, const char *group, int64_t i, char *name, size_t size);

hid_t h5_open_array(hid_t file, const char *path, int *type, int *rank, hsize_t *dims); // dims: 32
int h5_read(hid_t array, int type, int rank, const hsize_t *start, const hsize_t *count, void *to);

hvl_t *h5_read_lines(hid_t file, const char *path, size_t *n); // NULL when it fails
size_t h5_line(const hvl_t *lines, size_t i, const uint32_t **points);
void h5_free_lines(hvl_t *lines, size_t n);

int64_t h5_count_attributes(hid_t file, const char *path);
int64_t h5_attribute_name(hid_t file, const char *path, int64_t i, char *name, size_t size);
int h5_attribute(hid_t file, const char *path, const char *name, int *type, size_t *size);
char *h5_get_text(hid_t file, const char *path, const char *name); // NULL when it fails; for h5_free_text
void h5_free_text(char *text);
int h5_get_attribute(hid_t file, const char *path, const char *name, int type, void *to, size_t size);

#endif
