/*
 * merge_function.h
 *		Functions that policies name in merge_rules: {"function": "schema.name"}.
 *
 * Each is called with the rights of who writes, and so could do in his name what it likes.
 * Who owns the table of resources can do that anyhow, by a trigger, and so can a superuser:
 * only their functions are called, or the writer's own.
 */
#ifndef SCIM_DECISION_MERGE_FUNCTION_H
#define SCIM_DECISION_MERGE_FUNCTION_H

#include "core/merge_rules.h"

extern const ScimMergeFunctions scim_merge_functions;

#endif							/* SCIM_DECISION_MERGE_FUNCTION_H */
