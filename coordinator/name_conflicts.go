package coordinator

// settleClaims repairs the manifests that give one name to two tasks. Those of finished sweeps have been repaired before.
func (k *Coordinator) settleClaims() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, sweep := range k.catalog.Kept() {
		lines, err := k.catalog.Conflicts(sweep)
		if err != nil {
			k.config.Log.Error("a manifest that gives one name to two tasks cannot be repaired", "sweep", sweep, "error", err)
		}
		for _, l := range lines {
			k.config.Log.Warn("the manifest gave one name to two tasks; the first task's result is now superseded", "sweep", sweep, "task", l.ID, "to", l.File)
			k.ledger.Add(sweep, l)
		}
	}
	k.flush()
}
