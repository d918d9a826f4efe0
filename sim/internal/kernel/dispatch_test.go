package kernel

import "testing"

// useVariant sets the variant for the rest of a test.
func useVariant(t testing.TB, v variant) {
	t.Helper()
	before := chosen
	t.Cleanup(func() { chosen = before })
	chosen = v
}

// variants are those that this machine can run beside the generic one.
func variants() []variant {
	var all []variant
	for _, v := range []variant{avx2, avx512} {
		if supported(v) {
			all = append(all, v)
		}
	}
	return all
}

func TestUseTakesWhatTheMachineHas(t *testing.T) {
	useVariant(t, generic)
	for _, name := range Names() {
		if err := Use(name); err != nil || Name() != name {
			t.Errorf("Use(%q): %v, in use is %q", name, err, Name())
		}
	}
	if err := Use("sse"); err == nil {
		t.Error("an unknown variant was accepted")
	}
}
