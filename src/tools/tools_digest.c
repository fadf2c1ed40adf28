/*
 * tools_digest.c
 *		Whether the list of tools is another one than before.
 *
 * To list them takes longer than to look what was changed, and somebody who watches asks
 * several times a second.  What they are follows from the registrations and the schemas, all
 * of which change with a relation, and from settings.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/protect.h"
#include "base/settings.h"
#include "common/hashfn.h"
#include "registry/relation_changes.h"
#include "tools/listing.h"
#include "tools/short_digest.h"
#include "tools/tools_digest.h"
#include "utils/inval.h"
#include "utils/jsonb.h"

/* A session that is handed on serves bridges with other settings. */
#define MOST_KNOWN 8

typedef struct Known
{
	uint64		changes;		/* of relations, when it was made */
	uint64		settings;
	char		digest[17];		/* empty: there is none */
} Known;

static Known known[MOST_KNOWN];
static int	next_known = 0;

/* Of which tenant a connection is for the list tells no more than that it is for one. */
static uint64
settings_now(void)
{
	const char *toolset = scim_setting_toolset ? scim_setting_toolset : "";
	bool		one_tenant = scim_setting_only_tenant && scim_setting_only_tenant[0] != '\0';

	return hash_bytes_extended((const unsigned char *) toolset, strlen(toolset),
							   2 * one_tenant + scim_setting_require_version);
}

static void
list_tools(void *argument)
{
	*(Jsonb **) argument = DatumGetJsonbP(DirectFunctionCall1(scim_tools, (Datum) 0));
}

/* Where the setting names what there is not, nothing is listed: that is for who lists to say. */
static const char *
make_digest(Known *made)
{
	Jsonb	   *tools = NULL;
	ErrorData  *error = scim_protect(list_tools, &tools);

	if (error && !scim_is_ours(error))
		ReThrowError(error);
	strlcpy(made->digest, tools ? scim_short_digest(VARDATA(tools), VARSIZE(tools) - VARHDRSZ)
			: scim_short_digest("", 0), sizeof(made->digest));
	return made->digest;
}

const char *
scim_tools_digest(void)
{
	Known	   *made;
	uint64		settings = settings_now();
	uint64		changes;

	AcceptInvalidationMessages();
	changes = scim_relation_changes();
	for (int i = 0; i < MOST_KNOWN; i++)
	{
		if (known[i].digest[0] && known[i].changes == changes && known[i].settings == settings)
			return known[i].digest;
	}
	made = &known[next_known++ % MOST_KNOWN];
	made->digest[0] = '\0';
	/* what changes while they are listed, or is read for that, is looked at again the next time */
	made->changes = changes;
	made->settings = settings;
	return make_digest(made);
}
