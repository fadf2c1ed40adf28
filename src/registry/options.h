/*
 * options.h
 *		Options of registered tables: as callers give them, and as they stand in
 *		the trigger's arguments.
 */
#ifndef SCIM_REGISTRY_OPTIONS_H
#define SCIM_REGISTRY_OPTIONS_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "registry/registration.h"
#include "utils/jsonb.h"

/* Where options are given: each of them has its place in some. */
typedef enum ScimOptionsOf
{
	SCIM_OPTIONS_CREATE = 0x01, /* scim_create_table */
	SCIM_OPTIONS_REGISTER = 0x02,	/* scim_register_table */
	SCIM_OPTIONS_MEMBERS = 0x04,	/* scim_register_members */
	SCIM_OPTIONS_UNREGISTER = 0x08,
	SCIM_OPTIONS_STORED = 0x10	/* in the arguments of a trigger */
} ScimOptionsOf;

typedef struct ScimOptions
{
	bool		revision_scheme;	/* "version_scheme": "revision" */
	bool		validate;
	bool		unique_id;		/* of a created table: no two tenants have the same id */
	bool		add_columns;
	bool		subscribed;
	bool		says_history;	/* "history" was given: */
	bool		history;
	bool		enforce;		/* leases bind plain SQL, too */
	bool		keep_columns;
	char	   *tenant;			/* of a membership table: the column; or NULL */
	List	   *added;			/* of char *: columns that add_columns made */
} ScimOptions;

/* INVALID_MAPPING for what is not known there, or of the wrong type. */
extern void scim_parse_options(Jsonb *given, ScimOptionsOf where, ScimOptions *options);

/*
 * What resources of the storage's tables were is kept as the options say.  Forgets
 * "history" where that says what holds without it, too: it need not be stored.
 */
extern bool scim_settle_history(ScimOptions *options, const ScimStorage *storage);

/* The options as text for the trigger's arguments. */
extern char *scim_options_text(const ScimOptions *options);

/* The options with one of the added columns renamed; NULL if that is none of them. */
extern char *scim_rename_in_options(const char *options, const char *old_name,
									const char *new_name);

/* The options in a trigger's arguments (NULL: it has none); the mapping was read before. */
extern void scim_read_options(ScimRegistration *registration, const char *options);

#endif							/* SCIM_REGISTRY_OPTIONS_H */
