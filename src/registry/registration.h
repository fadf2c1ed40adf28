/*
 * registration.h
 *		Which table holds which resource type, and in which columns.
 *
 * The arguments of the triggers are the only store of this; here they are
 * read, and cached until the table changes.
 */
#ifndef SCIM_REGISTRY_REGISTRATION_H
#define SCIM_REGISTRY_REGISTRATION_H

#include "postgres.h"

#include "access/attnum.h"
#include "column/id.h"
#include "column/mapped.h"
#include "core/schema.h"
#include "utils/jsonb.h"
#include "utils/relcache.h"
#include "utils/reltrigger.h"

/* What our triggers are called when they are made; "~" sorts behind all that people name theirs.  Which are ours: our_trigger.h. */
#define SCIM_ROW_TRIGGER		"~~~scimver"
#define SCIM_MEMBERS_TRIGGER	"~~~scimver_members"
#define SCIM_DELETE_TRIGGER		"~~~scimver_delete"

/* And of the policy that keeps tenants of created tables apart. */
#define SCIM_POLICY				"scimver_tenant"

/* The columns of a resource's table that have a meaning of their own. */
typedef enum ScimColumn
{
	SCIM_COLUMN_TENANT,
	SCIM_COLUMN_ID,
	SCIM_COLUMN_DATA,
	SCIM_COLUMN_VERSION,
	SCIM_COLUMN_REVISION,
	SCIM_COLUMN_CREATED,
	SCIM_COLUMN_LAST_MODIFIED,
	SCIM_COLUMN_PASSWORD,
	SCIM_COLUMN_MEMBER_COUNT,
	SCIM_COLUMN_MEMBER_DIGEST,
	SCIM_COLUMN_DELETED			/* a mark: the row is there, the resource is not */
} ScimColumn;

#define SCIM_COLUMNS (SCIM_COLUMN_DELETED + 1)

/* The columns of a membership table. */
typedef enum ScimMemberColumn
{
	SCIM_MEMBER_TENANT,
	SCIM_MEMBER_GROUP,
	SCIM_MEMBER_TYPE,
	SCIM_MEMBER_ID,
	SCIM_MEMBER_USER,
	SCIM_MEMBER_SUBGROUP
} ScimMemberColumn;

#define SCIM_MEMBER_COLUMNS (SCIM_MEMBER_SUBGROUP + 1)
#define SCIM_MAX_COLUMNS SCIM_COLUMNS

/* A column: what it is called in the mapping, and by default, and its type. */
typedef struct ScimColumnKind
{
	const char *key;			/* in the mapping, e.g. "lastModified" */
	const char *name;			/* in a created table, e.g. "last_modified" */
	Oid			type;
} ScimColumnKind;

extern const ScimColumnKind scim_column_kinds[SCIM_COLUMNS];
extern const ScimColumnKind scim_member_column_kinds[SCIM_MEMBER_COLUMNS];

/* Does a table of the type have the column? */
extern bool scim_has_column(const ScimResourceType *type, ScimColumn column);

/* How an attribute that is looked up is compared, and the type of its column. */
typedef enum ScimLookupKind
{
	SCIM_LOOKUP_EXACT,			/* text, as it is */
	SCIM_LOOKUP_FOLDED,			/* text, by scim_fold */
	SCIM_LOOKUP_BOOLEAN,
	SCIM_LOOKUP_NUMBER,			/* numeric */
	SCIM_LOOKUP_INSTANT,		/* timestamptz */
	SCIM_LOOKUP_VALUES_EXACT,	/* text[]: all values of a multi-valued attribute */
	SCIM_LOOKUP_VALUES_FOLDED	/* text[] */
} ScimLookupKind;

#define SCIM_LOOKUP_KINDS (SCIM_LOOKUP_VALUES_FOLDED + 1)
#define SCIM_LOOKUP_KEYS 3

/* An attribute that is looked up: its column is generated from the document (see lookup.h). */
typedef struct ScimLookup
{
	char	   *path;			/* as ScimPath.text spells it */
	char	   *column;			/* quoted */
	AttrNumber	number;
	ScimLookupKind kind;
	bool		unique;			/* no two resources of a tenant have the same value */
	Oid			index_relid;	/* of what is unique: the index that keeps it so, or InvalidOid */
	char	   *index;			/* and its name, or NULL */
	char	   *keys[SCIM_LOOKUP_KEYS + 1]; /* the way to it in the document, ended by NULL */
} ScimLookup;

/* A table: of resources, or (is_members) of the memberships of the type's resources. */
typedef struct ScimRegistration
{
	Oid			relid;			/* key of the cache */
	Oid			root;			/* the registered table: of a partition or child, what it belongs to; else relid */
	Oid			trigger;
	const ScimResourceType *type;
	bool		is_members;
	bool		revision_scheme;	/* option version_scheme is "revision" */
	bool		validate;		/* option: the trigger checks documents, whoever writes them */
	Oid			owner;			/* of the table */
	bool		has_policy;		/* scimver's own policy keeps its tenants apart */
	bool		subscribed;		/* option: the triggers fire for what replication brings, too */
	char	   *table;			/* schema.name, quoted */
	char	   *columns[SCIM_MAX_COLUMNS];	/* names, quoted; NULL: there is none */
	AttrNumber	numbers[SCIM_MAX_COLUMNS];
	Oid			types[SCIM_MAX_COLUMNS];	/* base types */
	ScimFormat	formats[SCIM_MAX_COLUMNS];	/* of created, lastModified, deleted */
	bool		read_only[SCIM_MAX_COLUMNS];	/* mode "read", of the same */
	const ScimIdType *id_type;	/* of ids; of a membership table: of groups' ids */
	const ScimIdType *member_type;	/* of a membership table: of members' ids */
	const ScimIdType *tenant_type;	/* of the tenant column, or NULL */
	char	   *tenant;			/* without a tenant column: the one tenant that all rows belong to */
	bool		is_mapped;		/* people had the table already: attributes are in columns of their own */
	ScimMappedColumn *mapped;
	int			mapped_count;
	ScimLookup *in_data;		/* what is unique and has no column of its own, but "data"; their columns are not set */
	int			in_data_count;
	struct ScimMappedPlan *plan;	/* made when it is first asked for (mapped_plan.h) */
	ScimLookup *lookups;
	int			lookup_count;
} ScimRegistration;

/* The lookup of the attribute path (as ScimPath.text spells it), or NULL. */
extern const ScimLookup *scim_find_lookup(const ScimRegistration *registration, const char *path);

/*
 * The registration that a trigger's arguments tell; valid until the end of the
 * transaction.  INVALID_MAPPING: it is none of ours, or does not fit its table.
 */
extern const ScimRegistration *scim_trigger_registration(Relation relation, const Trigger *trigger);

/* The same of the row trigger that the relation has, which may be a partition; NULL: nothing is registered (any more). */
extern const ScimRegistration *scim_row_registration(Relation relation);

/* A copy of the relation's trigger (its own goes with the next invalidation, which any look into a catalog may bring), or NULL. */
extern const Trigger *scim_relation_trigger(Relation relation, Oid trigger);

/* The table of a resource type, or NULL. */
extern const ScimRegistration *scim_find_table(const ScimResourceType *type);

/* The membership table of a type that has members, or NULL. */
extern const ScimRegistration *scim_find_members(const ScimResourceType *type);

/* Both whatever their mappings may say now, without reading them; InvalidOid: there is none. */
extern Oid	scim_find_table_relid(const ScimResourceType *type);
extern Oid	scim_find_members_relid(const ScimResourceType *type);

/* The table of a type whose resources the membership table can hold, or NULL: of those that people had, none holds groups. */
extern const ScimRegistration *scim_side_table(const ScimRegistration *members, const ScimResourceType *type);

/* The membership table of the groups; NOT_REGISTERED if it is gone. */
extern const ScimRegistration *scim_members_table(void);

/* Only one at a time may register tables, or change what registrations say. */
extern void scim_lock_registrations(void);

/* The one type that has members (Group; NULL: there is none), and the types whose resources can be members, ended by NULL. */
extern const ScimResourceType *scim_members_type(void);

/* The schema of an extension; the same, quoted; the object id of a table, of a function in it. */
extern Oid	scim_extension_namespace(const char *extension);
extern char *scim_extension_schema(const char *extension);
extern Oid	scim_extension_relation(const char *extension, const char *name);
extern Oid	scim_extension_function(const char *extension, const char *name, int nargs, const Oid *types);

/* Counts up whenever a registration may have changed: saved plans of before are stale. */
extern uint64 scim_registration_generation(void);

/* Resource types have changed: all that was read of them is read again. */
extern void scim_forget_registrations(void);

/*
 * Columns of a relation for a mapping, a jsonb object: keys of ScimColumnKind
 * to names ('{}' for the default names), and "lookups", attribute paths to
 * names; of a table that people had already, "attributes" in place of
 * "lookups".  INVALID_MAPPING.
 */
extern void scim_read_mapping(ScimRegistration *registration, Relation relation, const char *mapping);

/* The number of a column of the relation, which must have the type: INVALID_MAPPING. */
extern AttrNumber scim_check_column(Relation relation, const char *name, Oid type);

/* The mapping with one column's name replaced; NULL if it does not name that column. */
extern char *scim_rename_in_mapping(const char *mapping, const char *old_name, const char *new_name);

/* The object "lookups" of a mapping, or NULL. */
extern JsonbContainer *scim_lookups_of_mapping(const char *mapping);

/* The mapping with the column for a lookup; NULL: without that lookup. */
extern char *scim_set_lookup_in_mapping(const char *mapping, const char *path, const char *column);

/* Replaces the mapping and the options in a trigger's arguments (NULL: they stay). */
extern void scim_write_arguments(Relation relation, const Trigger *trigger, const char *mapping, const char *options);
extern void scim_write_mapping(Relation relation, const Trigger *trigger, const char *mapping);

extern void scim_read_options(ScimRegistration *registration, const char *options);

extern void scim_init_registrations(void);

#endif							/* SCIM_REGISTRY_REGISTRATION_H */
