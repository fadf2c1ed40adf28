/*
 * type.h
 *		A resource type with attributes of every kind, for fuzzers and unit
 *		tests; and a slow, obvious evaluator of filters over the values of one of
 *		its attributes.
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

#endif							/* FUZZ_TYPE_H */
