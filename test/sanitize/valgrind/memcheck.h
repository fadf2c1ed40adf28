/*
 * memcheck.h: in the place of Valgrind's, for a PostgreSQL that is built with
 * -DUSE_VALGRIND and -fsanitize=address.
 *
 * What PostgreSQL's memory contexts tell Valgrind, they tell AddressSanitizer
 * here: that memory is free, that a chunk ends before its block does, that a
 * buffer is not pinned.  Without it, AddressSanitizer sees malloc alone, and a
 * read behind a palloc'd chunk or of a freed one is none to it.
 *
 * AddressSanitizer does not know "allocated, but never written"; "undefined"
 * and "defined" are both "may be used".  What pfree gives back is marked by
 * wipe_mem() (--enable-cassert) before MEMPOOL_FREE, which knows no size.
 */
#ifndef SCIMVER_MEMCHECK_H
#define SCIMVER_MEMCHECK_H

#include <sanitizer/asan_interface.h>

#define VALGRIND_MAKE_MEM_NOACCESS(addr, size)	ASAN_POISON_MEMORY_REGION(addr, size)
#define VALGRIND_MAKE_MEM_UNDEFINED(addr, size)	ASAN_UNPOISON_MEMORY_REGION(addr, size)
#define VALGRIND_MAKE_MEM_DEFINED(addr, size)	ASAN_UNPOISON_MEMORY_REGION(addr, size)
#define VALGRIND_CHECK_MEM_IS_DEFINED(addr, size)	((void) 0)

#define VALGRIND_CREATE_MEMPOOL(context, redzones, zeroed)	((void) 0)
#define VALGRIND_DESTROY_MEMPOOL(context)					((void) 0)
#define VALGRIND_MEMPOOL_ALLOC(context, addr, size)			ASAN_UNPOISON_MEMORY_REGION(addr, size)
#define VALGRIND_MEMPOOL_FREE(context, addr)				((void) 0)
#define VALGRIND_MEMPOOL_CHANGE(context, from, to, size)	ASAN_UNPOISON_MEMORY_REGION(to, size)
#define VALGRIND_MEMPOOL_TRIM(context, addr, size)			((void) 0)

/* newer majors print which statement an error is from */
#define RUNNING_ON_VALGRIND					0
#define VALGRIND_COUNT_ERRORS				0
#define VALGRIND_PRINTF(...)				((void) 0)
#define VALGRIND_DISABLE_ERROR_REPORTING	((void) 0)
#define VALGRIND_ENABLE_ERROR_REPORTING		((void) 0)

#endif
