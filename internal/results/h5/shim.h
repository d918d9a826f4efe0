// What the Go side calls. Every function returns a negative number when it
// fails; h5_error then tells why. Paths are absolute within the file.
#ifndef EISWEEP_H5_SHIM_H
#define EISWEEP_H5_SHIM_H

#include <hdf5.h>
#include <stdint.h>

enum { T_OTHER, T_FLOAT32, T_FLOAT64, T_INT32, T_INT64, T_LINES };           // element types
enum { A_OTHER, A_BOOL, A_INT64, A_FLOAT64, A_STRING, A_TEXT };               // attribute types
enum { N_OTHER, N_GROUP, N_DATASET };                                         // what a name leads to
enum { F_OWN, F_ELSEWHERE, F_FILTERED, F_LARGE };                             // how an array's values are stored

void h5_begin(void);        // before the calls of one operation, on their thread
extern int h5_refusal;      // why the system refused to read a descriptor since then, as errno; 0: it did not
const char *h5_error(void); // why a call since then failed; "" when the library doesn't say

hid_t h5_create_image(void);
hid_t h5_open_image(void *image, size_t size); // a copy of it, to be written
hid_t h5_open_file(const char *path); // for reading and writing
hid_t h5_open_descriptor(int fd, const char *name); // for reading; the name is for messages
hid_t h5_access_list(int core);
ssize_t h5_image(hid_t file, void *to, size_t size); // size 0: only how many bytes

int h5_create_group(hid_t file, const char *path);
int h5_node(hid_t file, const char *path, uint64_t *address); // N_…; N_OTHER when it isn't there or reached by a soft or external link
int64_t h5_count_children(hid_t file, const char *group);
int64_t h5_child(hid_t file, const char *group, int64_t i, char *name, size_t size);

hid_t h5_create_array(hid_t file, const char *path, int type, int rank, const hsize_t *dims, const hsize_t *chunk);
hid_t h5_reopen_array(hid_t file, const char *path);
int h5_write_only_chunk(hid_t file, const char *path, const void *filtered, size_t size);
int h5_only_chunk(hid_t file, const char *path, uint64_t *address, uint64_t *size);
int h5_write_chunk(hid_t array, const hsize_t *offset, const void *filtered, size_t size);
hid_t h5_open_array(hid_t file, const char *path, int *type, int *rank, hsize_t *dims, int *form); // dims: 32
int h5_form(hid_t array, int rank, const hsize_t *dims); // F_…: not F_OWN for what results don't have
hid_t h5_filtered(int rank, const hsize_t *chunk);
int h5_read(hid_t array, int type, int rank, const hsize_t *start, const hsize_t *count, void *to);

int h5_create_lines(hid_t file, const char *path, size_t n);
int h5_fill_lines(hid_t file, const char *path, size_t n, const size_t *lengths, const uint32_t *points);
hvl_t *h5_read_lines(hid_t file, const char *path, size_t allowance, size_t *n); // NULL when it fails
size_t h5_line(const hvl_t *lines, size_t i, const uint32_t **points);
void h5_free_lines(hvl_t *lines, size_t n);

hid_t h5_open_object(hid_t file, const char *path); // a group or an array, for the setting of attributes
int h5_close_object(hid_t object);
int h5_set_string(hid_t object, const char *name, const char *text, size_t length, int utf8);
int h5_set_text(hid_t object, const char *name, const char *text);
int h5_set_number(hid_t object, const char *name, int type, const void *value);
int64_t h5_count_attributes(hid_t file, const char *path);
int64_t h5_attribute_name(hid_t file, const char *path, int64_t i, char *name, size_t size);
int h5_attribute(hid_t file, const char *path, const char *name, int *type, size_t *size);
char *h5_get_text(hid_t file, const char *path, const char *name); // NULL when it fails; for h5_free_text
void h5_free_text(char *text);
int h5_get_attribute(hid_t file, const char *path, const char *name, int type, void *to, size_t size);

#endif
