/*
 * filter_value.h
 *		The values in filters: literals, numbers and strings as JSON has them.
 */
#ifndef SCIM_CORE_FILTER_VALUE_H
#define SCIM_CORE_FILTER_VALUE_H

#include "core/filter_node.h"

/* Is the text a number of JSON, and not too long? */
extern bool scim_is_filter_number(const char *text, int length);

/* A value: true, false, null, a number, a string; false: an error was noted. */
extern bool scim_filter_parse_value(ScimFilterParse *p, ScimFilterNode *node);

#endif							/* SCIM_CORE_FILTER_VALUE_H */
