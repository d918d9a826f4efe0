// Package h5 gives results what they need of the HDF5 library, with types and lengths checked before the library sees them.
// It works through gonum.org/v1/hdf5; what that package lacks is in internal/shim.
//
// It guarantees that a call which returns nil did what it says, that calls from
// any goroutine are safe (one at a time reaches the library), and that files hold
// no times, so that the same calls in the same order give the same bytes. It
// does not guarantee that damaged files are survived: libhdf5 crashes on some of
// them, so files of unknown origin are read in a child process (results.Prober).
//
// Start reading at File.
package h5
