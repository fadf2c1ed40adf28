/*
 * policy_value.h
 *		Values in the documents of policies.
 *
 * Each has a path, by which INVALID_VALUE names it where it is another than it must be.
 */
#ifndef SCIM_DECISION_POLICY_VALUE_H
#define SCIM_DECISION_POLICY_VALUE_H

#include "base/jsonb_tree.h"
#include "decision/policy.h"

extern bool scim_policy_flag(const char *path, const JsonbValue *given);

/* 1 at least. */
extern int	scim_policy_count(const char *path, const JsonbValue *given);

/* The strings of an array; "what" they are to be. */
extern List *scim_policy_texts(const char *path, const JsonbValue *given, const char *what);

/* Bits of ScimOperation. */
extern int	scim_policy_operations(const char *path, const JsonbValue *given);

#endif							/* SCIM_DECISION_POLICY_VALUE_H */
