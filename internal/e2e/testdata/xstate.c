/*
 * User-Mode Linux 6.1 keeps 2,696 bytes of a process' vector registers, and Linux takes them back whole or not at all. On a
 * processor that has more of them (AMX) every guest ends with "ptrace set fp regs failed". Preloaded, this adds what is
 * missing from what the process has at the time. Guests don't use AMX, for which a process has to ask.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

static char whole[1 << 16]; /* stacks are small there, and only one thread traces */

long ptrace(enum __ptrace_request request, ...)
{
	static long (*next)(enum __ptrace_request, int, void *, void *);
	va_list args;
	va_start(args, request);
	int pid = va_arg(args, int);
	void *address = va_arg(args, void *), *data = va_arg(args, void *);
	va_end(args);

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "ptrace");
	if ((request != PTRACE_GETREGSET && request != PTRACE_SETREGSET) || (long)address != NT_X86_XSTATE)
		return next(request, pid, address, data);

	struct iovec all = {whole, sizeof whole}, *part = data;
	if (next(PTRACE_GETREGSET, pid, address, &all) < 0)
		return -1;
	if (part->iov_len > all.iov_len)
		part->iov_len = all.iov_len;
	if (request == PTRACE_SETREGSET) {
		memcpy(whole, part->iov_base, part->iov_len);
		return next(PTRACE_SETREGSET, pid, address, &all);
	}
	memcpy(part->iov_base, whole, part->iov_len);
	return 0;
}
