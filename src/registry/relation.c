/*
 * relation.c
 *		Relations by their object ids.
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/objectaddress.h"
#include "miscadmin.h"
#include "registry/relation.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

char *
scim_table_text(Oid relid)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
									  get_rel_name(relid));
}

void
scim_refuse_missing(Oid relid)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_TABLE),
			 errmsg("relation with OID %u does not exist", relid)));
}

void
scim_check_owner(Oid relid)
{
	char	   *name = get_rel_name(relid);

	if (name == NULL)
		scim_refuse_missing(relid);
	if (!scim_owns_relation(relid, GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER, get_relkind_objtype(get_rel_relkind(relid)), name);
}
