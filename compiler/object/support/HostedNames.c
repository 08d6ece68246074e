//===- HostedNames.c - What LLVM libc expects of a hosted C library -------===//
//
// The members of libllvmlibc.a that the link draws in were built for a program
// with glibc: they report range errors through errno and guard their stack.
// Nobody reads errno in a compiled model, and a smashed stack stops the process
// as it would there. Linked hidden into the object, never into the compiler.
//
//===----------------------------------------------------------------------===//

int *__errno_location(void);
void __stack_chk_fail(void);

static int unread;

int *__errno_location(void) { return &unread; }

void __stack_chk_fail(void) { __builtin_trap(); }
