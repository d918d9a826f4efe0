// What the Go side calls beside the library itself. Functions return a negative number, or NULL, when they fail.
// Paths are absolute within the file.
#ifndef EISWEEP_SHIM_H
#define EISWEEP_SHIM_H

#include <hdf5.h>
#include <stdint.h>

enum { A_OTHER, A_BOOL, A_INT64, A_FLOAT64, A_STRING, A_TEXT }; // attribute types
enum { O_NONE, O_GROUP, O_DATASET };                            // what a path leads to
enum { F_OWN, F_ELSEWHERE, F_FILTERED, F_LARGE };               // how the values of a data set are stored

int h5_begin(void);          // before the calls of an operation, on their thread
const char *h5_reason(void); // why the first call since then failed; "" when none did
extern int h5_refusal;       // errno of the first read of a descriptor since then that the system refused; 0: none

int h5_open_on_disk(void); // how files are opened from here on
int h5_open_in_memory(const void *image, size_t size, char name[32]); // as a copy of the image; size 0: as a new file
int h5_open_descriptor(int fd);

int h5_object(hid_t file, const char *path, uint64_t *address); // O_…: O_NONE for what no chain of hard links leads to
int h5_form(hid_t dataset, int rank, const hsize_t *dims);      // F_…

int h5_write_lines(hid_t dataset, hid_t type, size_t n, const size_t *lengths, const uint32_t *points);
hvl_t *h5_read_lines(hid_t dataset, hid_t type, size_t n, size_t allowance);
size_t h5_line(const hvl_t *lines, size_t i, const uint32_t **points);
void h5_free_lines(hvl_t *lines, size_t n);

int64_t h5_count_attributes(hid_t file, const char *path);
int64_t h5_attribute_name(hid_t file, const char *path, int64_t i, char *name, size_t size);
hid_t h5_open_attribute(hid_t file, const char *path, const char *name, int *type, size_t *size); // size: of the value, in bytes
int h5_read_attribute(hid_t attribute, int type, void *to);
char *h5_read_text(hid_t attribute); // for H5free_memory

#endif
