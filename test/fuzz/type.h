/*
 * type.h
 *		A resource type with attributes of every kind, for fuzzers and unit
 *		tests; a slow, obvious evaluator of filters over the values of one of its
 *		attributes; and differences as patches.
 */
#ifndef FUZZ_TYPE_H
#define FUZZ_TYPE_H

#include "core/patch.h"

extern const ScimResourceType fuzz_type;

/* A group, for its members. */
extern const ScimResourceType fuzz_group_type;

/* Which elements match? */
extern bool *fuzz_match(const ScimFilter *filter, const JsonbValue *elements);

/* That, for scim_apply_patch. */
extern const ScimMatching fuzz_matching;

/* The operations of a patch that does changes (core/diff.h), none of them of members. */
extern JsonbValue *fuzz_operations(Jsonb *changes);

#endif							/* FUZZ_TYPE_H */
