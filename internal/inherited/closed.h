// inherited_closed is 1 if this descriptor, from 0 to 2, was closed when the process started.
int inherited_closed(int fd);
