/*
 * member_net.c
 *		The members of a group as they were.
 *
 * Going backwards, count and digest follow by arithmetic, so that a version can be
 * proven without anybody's looking at the members.  A table that may hold a member
 * twice may have moved it twice, so members are counted.
 */
#include "postgres.h"

#include "base/jsonb_number.h"
#include "base/jsonb_tree.h"
#include "core/simple.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "history/member_net.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "statement/parameters.h"
#include "statement/statement.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

/* ---- what moved ---- */

/* The member came (went) with the change: then it was not (was) there. */
static void
take_back(ScimMemberNet *net, const char *type, const char *id, bool came)
{
	ScimTallied *member = scim_find_tallied(&net->moved, type, id);
	uint8		hash[SCIM_DIGEST_SIZE];

	if (member == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(net->context);

		member = scim_add_tallied(&net->moved, type, id);
		MemoryContextSwitchTo(old);
	}
	member->net += came ? -1 : 1;
	net->sum.count += came ? -1 : 1;
	scim_member_hash(type, id, hash);
	if (came)
		digest_subtract(net->sum.digest, hash);
	else
		digest_add(net->sum.digest, hash);
}

/* {"User": [ids], "Group": [ids]} */
static void
take_ids_back(ScimMemberNet *net, const JsonbValue *types, bool came)
{
	ScimWalk	walk;
	JsonbValue	type;
	JsonbValue	ids;

	scim_walk(&walk, types->val.binary.data);
	while (scim_walk_next(&walk, &type, &ids))
	{
		char	   *name = scim_string_copy(&type);
		ScimWalk	inner;
		JsonbValue	id;

		if (!scim_is_array(&ids))
			continue;
		scim_walk(&inner, ids.val.binary.data);
		while (scim_walk_next(&inner, NULL, &id))
		{
			CHECK_FOR_INTERRUPTS();
			if (id.type == jbvString)
				take_back(net, name, scim_string_copy(&id), came);
		}
	}
}

/* A number of members, unless somebody else put it there. */
static bool
read_count(const JsonbValue *given, int64 *count)
{
	Datum		most = NumericGetDatum(int64_to_numeric(PG_INT64_MAX));

	if (given->type != jbvNumeric ||
		!DatumGetBool(DirectFunctionCall2(numeric_le, NumericGetDatum(given->val.numeric), most)) ||
		!DatumGetBool(DirectFunctionCall2(numeric_ge, NumericGetDatum(given->val.numeric),
										  NumericGetDatum(int64_to_numeric(0)))))
		return false;
	*count = scim_number_integer(given);
	return true;
}

/* The same of their digest. */
static bool
read_digest(const JsonbValue *given, uint8 *digest)
{
	uint8		bytes[(BASE64_SIZE(SCIM_DIGEST_SIZE) / 4 + 1) * 3];

	if (given->type != jbvString || given->val.string.len != BASE64_SIZE(SCIM_DIGEST_SIZE) ||
		scim_read_base64(given->val.string.val, given->val.string.len, bytes) != SCIM_DIGEST_SIZE)
		return false;
	memcpy(digest, bytes, SCIM_DIGEST_SIZE);
	return true;
}

/* {"count": n, "digest": D}, of before; nothing at all if that was not known either. */
static void
take_sum(ScimMemberNet *net, Jsonb *members)
{
	JsonbValue	count;
	JsonbValue	digest;

	net->lost = true;
	net->sum = (ScimMemberSum) {0};
	net->sum.known = scim_find(&members->root, "count", &count) &&
		read_count(&count, &net->sum.count) &&
		scim_find(&members->root, "digest", &digest) && read_digest(&digest, net->sum.digest);
}

static void
take_members_back(ScimMemberNet *net, Jsonb *members)
{
	JsonbValue	added;
	JsonbValue	removed;
	bool		has_added = scim_find(&members->root, "added", &added) && scim_is_object(&added);
	bool		has_removed = scim_find(&members->root, "removed", &removed) &&
		scim_is_object(&removed);

	if (has_added)
		take_ids_back(net, &added, true);
	if (has_removed)
		take_ids_back(net, &removed, false);
	if (!has_added && !has_removed)
		take_sum(net, members);
}

/* An entry may name very many, and there may be very many entries: they leave nothing behind. */
void
scim_take_moves_back(ScimMemberNet *net, const ScimHistoryEntry *entry)
{
	MemoryContext scratch;
	MemoryContext old;

	if (!scim_entry_has_members(entry))
		return;
	if (net->context == NULL)
		net->context = CurrentMemoryContext;
	scratch = AllocSetContextCreate(CurrentMemoryContext, "scimver moves", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(scratch);
	take_members_back(net, scim_entry_members(entry));
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
}

/* ---- who they were ---- */

/* tenant, group: members and their types, as the caller may read them */
static const ScimStatement members_now = {
	.sql = "SELECT {member}{?type:, {type}} FROM {table} WHERE {in_tenant} AND {group}" EQ "$2"
	" AND {member} IS NOT NULL{?type: AND {type} IS NOT NULL}",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER}
};

/* Members of then on their way. */
typedef struct Then
{
	const ScimRegistration *members;
	ScimMemberNet net;			/* what is still to be taken back */
	ScimMemberThen *list;
	int			count;
	int			room;
	ScimMemberSum sum;			/* of the list */
	MemoryContext context;
} Then;

static void
append_then(Then *then, const char *type, const char *id, bool is_now)
{
	uint8		hash[SCIM_DIGEST_SIZE];

	if (then->count == then->room)
	{
		then->room = Max(16, 2 * then->room);
		then->list = then->list
			? repalloc_huge(then->list, then->room * sizeof(ScimMemberThen))
			: palloc(then->room * sizeof(ScimMemberThen));
	}
	then->list[then->count++] = (ScimMemberThen)
	{
		type, id, is_now
	};
	scim_member_hash(type, id, hash);
	digest_add(then->sum.digest, hash);
	then->sum.count++;
}

/* A member of now, unless it was none then. */
static void
take_member(HeapTuple tuple, TupleDesc descriptor, void *argument)
{
	Then	   *then = argument;
	MemoryContext old = MemoryContextSwitchTo(then->context);
	bool		isnull;
	char	   *id = scim_id_text(then->members->member_type,
								  SPI_getbinval(tuple, descriptor, 1, &isnull));
	const char *type = descriptor->natts == 1 ? "User"
	: TextDatumGetCString(SPI_getbinval(tuple, descriptor, 2, &isnull));
	ScimTallied *moved = scim_find_tallied(&then->net.moved, type, id);

	if (moved && moved->net < 0)
		moved->net++;
	else
		append_then(then, type, id, true);
	MemoryContextSwitchTo(old);
}

static void
take_members_now(Then *then, const char *tenant, const char *id)
{
	Datum		values[2];

	if (then->members == NULL || !scim_parse_id(then->members->id_type, id, &values[1]))
		return;
	values[0] = scim_tenant_datum(then->members, tenant);
	scim_scan(&members_now, then->members, values, take_member, then);
}

static void
take_those_who_went(Then *then)
{
	for (int i = 0; i < then->net.moved.count; i++)
	{
		ScimTallied *member = &then->net.moved.items[i];

		CHECK_FOR_INTERRUPTS();
		for (; member->net > 0; member->net--)
			append_then(then, member->type, member->id, false);
	}
}

/* What is taken back is noted in a copy. */
static ScimMemberNet
copy_net(const ScimMemberNet *net)
{
	ScimMemberNet copy = *net;

	copy.moved.items = palloc_extended(Max(net->moved.count, 1) * sizeof(ScimTallied),
									   MCXT_ALLOC_HUGE);
	if (net->moved.count > 0)
		memcpy(copy.moved.items, net->moved.items, net->moved.count * sizeof(ScimTallied));
	return copy;
}

ScimMemberThen *
scim_members_then(const ScimRegistration *groups, const char *tenant, const char *id,
				  bool is_there, const ScimMemberNet *net, int *count)
{
	Then		then = {
		.members = scim_find_members(groups->type),
		.net = copy_net(net),
		.context = CurrentMemoryContext
	};

	if (net->lost || !net->sum.known)
		return NULL;
	if (is_there)
		take_members_now(&then, tenant, id);
	take_those_who_went(&then);
	*count = then.count;
	/* what was written with triggers off is in no entry */
	if (then.sum.count != net->sum.count ||
		memcmp(then.sum.digest, net->sum.digest, SCIM_DIGEST_SIZE) != 0)
		return NULL;
	return then.list ? then.list : palloc(sizeof(ScimMemberThen));
}
