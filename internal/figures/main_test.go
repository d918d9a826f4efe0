package figures

import (
	"testing"

	"eisweep/internal/resultstest"
)

func TestMain(m *testing.M) { resultstest.Main(m, Query(), ApplicableQuery()) }
