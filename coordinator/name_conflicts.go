package coordinator

// repairNameConflicts repairs the manifests that give one name to two tasks. Those of finished sweeps have been repaired before.
func (c *Coordinator) repairNameConflicts() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, sweep := range c.catalog.Kept() {
		lines, err := c.catalog.Conflicts(sweep)
		if err != nil {
			c.config.Log.Error("a manifest that gives one name to two tasks cannot be repaired", "sweep", sweep, "error", err)
		}
		for _, l := range lines {
			c.config.Log.Warn("the manifest gave one name to two tasks; the first task's result is now superseded", "sweep", sweep, "task", l.ID,
				"to", l.File)
			c.ledger.Add(sweep, l)
		}
	}
	c.flush()
}
