/*
 * understood.h
 *		What clients mean by values that the standards do not know (core/rules.h): with
 *		scim_strict_rules, nothing but what they say.
 */
#ifndef SCIM_CORE_UNDERSTOOD_H
#define SCIM_CORE_UNDERSTOOD_H

#include "core/place.h"
#include "core/rules.h"
#include "core/schema.h"

/*
 * What one value means, of an attribute that is multi-valued or not: "given" itself, or what
 * is put into *room, a scalar (null, too) or binary.  Raises no error: what cannot be
 * understood stays what it is, for scim_read_one to refuse.
 */
extern const JsonbValue *scim_understand(const ScimAttribute *attribute, const JsonbValue *given,
										 const ScimRules *rules, JsonbValue *room);

/*
 * Does the value say that the attribute is to have none, beside null, [] and {}: "", or what
 * is understood as that?
 */
extern bool scim_is_cleared(const ScimAttribute *attribute, const JsonbValue *given,
							const ScimRules *rules);

/*
 * Is a member of the object that stands at "place" to be ignored, of which no schema knows
 * the name: "schemas" in an extension's object, where it holds that extension's URN alone (by
 * all rules, as common clients put it there); any other with the rule unknown_attributes,
 * which is noted for the log (scim_log_unknown).
 */
extern bool scim_ignores_member(const ScimPlace *place, const JsonbValue *key,
								const JsonbValue *value, const ScimRules *rules);

#endif							/* SCIM_CORE_UNDERSTOOD_H */
