package sim

// CoreLender lends one more core, for settling stimuli that don't depend on each other. ok
// reports whether one is free. The borrower calls release once, a few milliseconds later.
// The function is called often and must not block.
type CoreLender func() (release func(), ok bool)
