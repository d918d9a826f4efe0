package kernel

func stepExcitatory(e *excitatory) { stepExcitatoryGeneric(e) }

func stepInhibitory(i *inhibitory) { stepInhibitoryGeneric(i) }
