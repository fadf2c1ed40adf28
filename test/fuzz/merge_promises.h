/*
 * merge_promises.h
 *		What a merge (core/merge.h) promises whatever it merges, for the fuzzer and
 *		the unit test.
 */
#ifndef FUZZ_MERGE_PROMISES_H
#define FUZZ_MERGE_PROMISES_H

#include "contents.h"

#include "core/merge.h"

/* One merge, as server_try calls it. */
typedef struct MergeCase
{
	Jsonb	   *base;
	Jsonb	   *mine;
	Jsonb	   *theirs;
	Jsonb	   *rules;			/* NULL: none */
	ScimMerge	merge;			/* what came out */
} MergeCase;

extern void merge_case(void *argument);

/*
 * What the merges of three contents, without rules and with, break of the promises:
 * in words, or NULL.  Errors are raised.  "plain": all names are those of attributes,
 * so that paths lead somewhere.
 */
extern const char *broken_merge_promise(Jsonb *base, Jsonb *mine, Jsonb *theirs, bool plain);

/*
 * The same of three who write from one base, one after the other, by rules for which
 * their order does not count.  *end: what comes out, or NULL: one of them met a
 * conflict, so nothing is promised.
 */
extern const char *broken_order_promise(Jsonb *base, Jsonb *writers[3], Jsonb *rules, Jsonb **end);

#endif							/* FUZZ_MERGE_PROMISES_H */
