/*
 * registration.h
 *		Which table holds which resource type, and in which columns.
 *
 * The arguments of the triggers are the only store of this; they are read by
 * mapping.c and options.c, and kept until the table changes by cache.c.
 */
#ifndef SCIM_REGISTRY_REGISTRATION_H
#define SCIM_REGISTRY_REGISTRATION_H

#include "postgres.h"

#include "column/id.h"
#include "column/mapped.h"
#include "registry/column_kinds.h"
#include "registry/lookup.h"
#include "registry/storage.h"

/* The policy that keeps tenants of created tables apart. */
#define SCIM_POLICY "scimver_tenant"

/* A table: of resources, or (is_members) of the memberships of the type's resources. */
typedef struct ScimRegistration
{
	Oid			relid;			/* key of the cache */
	Oid			root;			/* the registered table: of a partition or child, what it belongs
								 * to; else relid */
	Oid			trigger;
	const ScimResourceType *type;
	bool		is_members;
	bool		revision_scheme;	/* option version_scheme is "revision" */
	bool		validate;		/* option: the trigger checks documents, whoever writes them */
	Oid			owner;			/* of the table */
	bool		has_policy;		/* scimver's own policy keeps its tenants apart */
	bool		history;		/* option: what resources were is kept */
	bool		enforce;		/* option: leases bind plain SQL, too */
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
	char	   *tenant;			/* without a tenant column: the one that all rows belong to */
	const ScimStorage *storage; /* how its resources are stored (storage.h) */
	ScimMappedColumn *mapped;
	int			mapped_count;
	ScimLookup *in_data;		/* what is unique and has no column of its own, but "data"; their
								 * columns are not set */
	int			in_data_count;
	struct ScimMappedPlan *plan;	/* made when it is first asked for (mapped_plan.h) */
	ScimLookup *lookups;
	int			lookup_count;
	struct ScimUniqueNames *unique_names;	/* made when it is first asked for (unique_names.h) */
} ScimRegistration;

/*
 * The column of that key of the mapping, or the lookup column of that path; NULL:
 * there is none.
 */
extern const char *scim_find_column(const ScimRegistration *registration, const char *key,
									int length);

/*
 * The column that an update of a group whose members change names; NULL: the
 * table keeps nothing of ours.
 */
extern const char *scim_touched_column(const ScimRegistration *groups);

#endif							/* SCIM_REGISTRY_REGISTRATION_H */
