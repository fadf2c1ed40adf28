/*
 * kept_list.c
 *		scim_tools(): the list of tools, kept as long as nothing has changed.
 *
 * To make it takes longer than to look what was changed, and somebody who watches asks several
 * times a second.  What is listed follows from the registrations and the schemas, all of which
 * change with a relation, and from settings; not from who asks.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/narrowed.h"
#include "base/protect.h"
#include "base/settings.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "registry/relation_changes.h"
#include "tools/kept_list.h"
#include "tools/listing.h"
#include "tools/short_digest.h"
#include "utils/inval.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(scim_tools);

/* A session that is handed on serves bridges with other settings. */
#define MOST_KEPT 8

typedef struct KeptList
{
	uint64		changes;		/* of relations, when it was made */
	uint64		settings;
	Jsonb	   *list;			/* NULL: there is none */
	char		digest[17];
} KeptList;

static KeptList lists[MOST_KEPT];
static int	next_list = 0;

/* Of which tenant a connection is for the list tells no more than that it is for one. */
static uint64
settings_now(void)
{
	const char *toolset = scim_toolset();
	bool		one_tenant = scim_only_tenant()[0] != '\0';

	return hash_bytes_extended((const unsigned char *) toolset, strlen(toolset),
							   4 * scim_only_reads() + 2 * one_tenant +
							   scim_setting_require_version);
}

/* What may fail comes first: a place never holds a list under the key of another. */
static void
keep(KeptList *kept, const Jsonb *list)
{
	const char *digest = scim_short_digest(VARDATA(list), VARSIZE(list) - VARHDRSZ);
	Jsonb	   *copy = MemoryContextAlloc(TopMemoryContext, VARSIZE(list));

	memcpy(copy, list, VARSIZE(list));
	if (kept->list)
		pfree(kept->list);
	kept->list = copy;
	strlcpy(kept->digest, digest, sizeof(kept->digest));
}

static const KeptList *
kept_list(void)
{
	uint64		settings = settings_now();
	uint64		changes;
	const Jsonb *list;
	KeptList   *kept;

	AcceptInvalidationMessages();
	changes = scim_relation_changes();
	for (int i = 0; i < MOST_KEPT; i++)
	{
		kept = &lists[i];
		if (kept->list && kept->changes == changes && kept->settings == settings)
			return kept;
	}
	/* what changes while it is made, or is read for that, is looked at again the next time */
	list = scim_make_list();
	kept = &lists[next_list++ % MOST_KEPT];
	keep(kept, list);
	kept->changes = changes;
	kept->settings = settings;
	return kept;
}

Datum
scim_tools(PG_FUNCTION_ARGS)
{
	const Jsonb *list = kept_list()->list;

	PG_RETURN_POINTER(memcpy(palloc(VARSIZE(list)), list, VARSIZE(list)));
}

static void
find(void *argument)
{
	*(const KeptList **) argument = kept_list();
}

/* Where the setting names what there is not, nothing is listed: that is for who lists to say. */
const char *
scim_tools_digest(void)
{
	const KeptList *kept = NULL;
	ErrorData  *error = scim_protect(find, &kept);

	if (error && !scim_is_ours(error))
		ReThrowError(error);
	return error ? "" : kept->digest;
}
