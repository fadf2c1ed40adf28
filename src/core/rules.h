/*
 * rules.h
 *		What of the standards is taken loosely: the rules of a profile.
 *
 * Clients send what RFC 7644 does not know, and mean something by it.  A rule says what
 * is understood, never what is stored: what is let in is the same document, and has the same
 * version, as if it had been sent as the standard says.
 */
#ifndef SCIM_CORE_RULES_H
#define SCIM_CORE_RULES_H

#include "postgres.h"

#include "base/errors.h"
#include "utils/jsonb.h"

/* Each is off in RFC 7644; docs/reference.md tells them in full ("Profiles"). */
typedef struct ScimRules
{
	bool		filter;			/* filters, names of parameters, attributes[filter] */
	bool		coerce;			/* "True", "1", 1: by the attribute's type */
	bool		path_keys;		/* a pathless value's keys may be paths */
	bool		create_target;	/* a[f].sub, where nothing matches, makes the value */
	bool		remove_absent;	/* nothing to remove is no error */
	bool		simple_complex; /* "x" for {"value": "x"}, and the other way round */
	bool		empty_clears;	/* "", and replace without value, unassign */
	bool		loose_envelope; /* of PatchOp; unknown URNs in schemas */
	bool		member_forms;	/* ids for members */
	bool		unknown_attributes; /* are ignored, and logged */
	bool		own_read_only;	/* id, meta, groups in a pathless value are ignored */
	bool		absent_members; /* "skip": who does not exist is left out */
	bool		same_values;	/* equal (type, value) pairs are stored once */
	bool		group_patch_204;	/* HTTP: no body after a group's PATCH */
	bool		full_replace;	/* replace of a complex value replaces all of it */
} ScimRules;

/* RFC 7643 and 7644, and nothing else. */
extern const ScimRules scim_strict_rules;

/*
 * Rules of a document: {"coerce": true, "absent_members": "skip", ...}; what it leaves out is
 * off ("refuse").  INVALID_ARGUMENT, with the name as path: an unknown one, another value.
 */
extern void scim_read_rules(Jsonb *document, ScimRules *rules);

/* How a value is read: by which rules, and what an unknown name in it is. */
typedef struct ScimReading
{
	const ScimRules *rules;
	ScimErrorCode unknown;		/* INVALID_SYNTAX in a resource, INVALID_PATH in a PATCH */
} ScimReading;

#endif							/* SCIM_CORE_RULES_H */
