/*
 * mentions.h
 *		Members of a group as clients name them, in create, update and PATCH.
 */
#ifndef SCIM_CORE_MENTIONS_H
#define SCIM_CORE_MENTIONS_H

#include "base/errors.h"
#include "core/filter.h"
#include "core/rules.h"
#include "core/spelling.h"

/* A member as a client names it: the id, and the type and the URI if it gave them. */
typedef struct ScimMember
{
	const char *value;			/* the member's id, as sent */
	const char *type;			/* "User", "Group", or NULL */
	const char *ref;			/* as sent, or NULL */
} ScimMember;

/* A member that is named, and what for. */
typedef struct ScimMention
{
	ScimMember	member;
	bool		removed;		/* PATCH: to be taken out */
	const ScimFilter *filter;	/* PATCH: those that match are; "member" names none */
	const char *key;			/* the id's one spelling; of what can be none, itself */
	int			order;
} ScimMention;

/* All zero but "spell" is the empty list. */
typedef struct ScimMentions
{
	ScimSpellId spell;			/* NULL: ids are as they are given */
	ScimMention *items;
	int			count;
	int			capacity;
} ScimMentions;

/*
 * Adds the members in an array of objects, or (if "one" may be) in one object:
 * "value", and "type" as a hint; the rest is the server's to say.  With the rule
 * member_forms, an id stands for an object, and one may be anywhere.  Errors:
 * INVALID_VALUE, INVALID_SYNTAX, what the reading says of unknown names, with path.
 */
extern void scim_read_members(const ScimAttribute *attribute, const JsonbValue *given, bool one,
							  const ScimReading *reading, bool removed, ScimMentions *mentions);

/*
 * PATCH: the members that match are to be taken out.  A filter that says no more
 * than which ids (value eq "x", with or) needs no member to be looked at.
 */
extern void scim_remove_matching_members(const ScimFilter *filter, ScimMentions *mentions);

/* Is there a filter that needs to be matched? */
extern bool scim_has_filters(const ScimMentions *mentions);

/* The mentions of members that are to come. */
extern void scim_copy_added(const ScimMentions *mentions, ScimMentions *added);

/* Gives those that are to come the types that are known now. */
extern void scim_set_member_types(ScimMentions *mentions, const ScimMember *typed, int count);

/*
 * The mentions, in their order, with the members in place of each filter that
 * match it: of those given, and those added before.
 */
extern void scim_match_members(const ScimMentions *mentions, const JsonbValue *members,
							   ScimMatchElements match, ScimMentions *result);

/* Keeps the last mention of each member, in the order given. */
extern void scim_unique_members(ScimMentions *mentions);

/* The members that are (not) to be taken out. */
extern ScimMember *scim_members(const ScimMentions *mentions, bool removed, int *count);

#endif							/* SCIM_CORE_MENTIONS_H */
