package control

// VerbDashboard asks for a link to the coordinator's dashboard: Dashboard, DashboardLink. A coordinator that serves none refuses the
// request as Unknown.
const VerbDashboard = "dashboard"

// Dashboard asks for a link that works once: for controlling sweeps, or only for reading.
type Dashboard struct {
	Read bool `json:"read"`
}

// DashboardLink is the answer.
type DashboardLink struct {
	Link     string `json:"link"`
	Loopback bool   `json:"loopback"` // only the coordinator's machine reaches the address
	// Fingerprint is the SHA-256 of the certificate that the coordinator made for itself, which browsers do not know; "" for others.
	Fingerprint string `json:"fingerprint,omitempty"`
}
