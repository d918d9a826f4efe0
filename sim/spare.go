package sim

// Spare asks for one core more, to settle stimuli that don't depend on each other at
// a time. ok tells whether there is one; it is given back by release, which is called
// once, a few milliseconds later. It is asked often, and doesn't wait.
type Spare func() (release func(), ok bool)
