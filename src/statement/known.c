/*
 * known.c
 *		What a session has found out of a role and a table.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "registry/cache.h"
#include "statement/granted.h"
#include "statement/known.h"
#include "utils/memutils.h"

StaticAssertDecl(sizeof(ScimKnownKey) == 5 * sizeof(uint32), "ScimKnownKey is padded");

/* A session keeps no more than this of one kind. */
#define MOST_KNOWN 300

static void
init_knowledge(ScimKnowledge *knowledge)
{
	HASHCTL		control = {
		.keysize = sizeof(ScimKnownKey),
		.entrysize = knowledge->size,
		.hcxt = CacheMemoryContext
	};

	knowledge->all = hash_create(knowledge->name, 32, &control,
								 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

const void *
scim_recall(ScimKnowledge *knowledge, const ScimRegistration *registration, int question,
			ScimKnown *head)
{
	const ScimKnown *kept;

	*head = (ScimKnown)
	{
		.key =
		{
			.role = GetUserId(),
				.relid = registration->relid,
				.trigger = registration->trigger,
				.question = question,
				.unforced = InNoForceRLSOperation() ? 1 : 0
		},
			.generation = scim_registration_generation(),
			.roles = scim_roles_generation()
	};
	if (knowledge->all == NULL)
		init_knowledge(knowledge);
	kept = hash_search(knowledge->all, &head->key, HASH_FIND, NULL);
	return likely(kept && kept->generation == head->generation && kept->roles == head->roles)
		? kept
		: NULL;
}

/* A session that plays many roles begins anew. */
void
scim_keep_known(ScimKnowledge *knowledge, const ScimKnown *found)
{
	if (hash_get_num_entries(knowledge->all) >= MOST_KNOWN)
	{
		hash_destroy(knowledge->all);
		knowledge->all = NULL;
		init_knowledge(knowledge);
	}
	memcpy(hash_search(knowledge->all, &found->key, HASH_ENTER, NULL), found, knowledge->size);
}
