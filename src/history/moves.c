/*
 * moves.c
 *		Which members came to a group, and which went.
 *
 * A group's moves are forgotten where they are more than the history keeps.
 */
#include "postgres.h"

#include "base/digest.h"
#include "base/jsonb_tree.h"
#include "base/settings.h"
#include "history/moves.h"
#include "history/tally.h"
#include "miscadmin.h"
#include "utils/memutils.h"

/* So many who came and went are not worth leaving out. */
#define MOST_IDLE 8

/* Ids and types in bytes: far below what one jsonb holds, however long ids are. */
#define MOST_BYTES ((Size) 64 * 1024 * 1024)

struct ScimMemberMoves
{
	MemoryContext context;		/* of all of it */
	bool		forgotten;
	ScimTally	tally;			/* net > 0: came; < 0: went; 0: came and went */
	int			moved;			/* of them have a net */
};

ScimMemberMoves *
scim_new_moves(void)
{
	ScimMemberMoves *moves = palloc0(sizeof(ScimMemberMoves));

	moves->context = CurrentMemoryContext;
	return moves;
}

ScimMemberMoves *
scim_unknown_moves(void)
{
	ScimMemberMoves *moves = scim_new_moves();

	moves->forgotten = true;
	return moves;
}

/* ---- noting ---- */

/* At least half of what is packed goes, so that it costs no more than what was noted. */
static ScimTallied *
add_move(ScimMemberMoves *moves, const char *type, const char *id)
{
	if (moves->tally.count >= 2 * scim_setting_history_members + MOST_IDLE)
		scim_pack_tally(&moves->tally);
	return scim_add_tallied(&moves->tally, type, id);
}

static void
forget(ScimMemberMoves *moves)
{
	scim_clear_tally(&moves->tally);
	moves->forgotten = true;
}

static void
note_net(ScimMemberMoves *moves, const char *type, const char *id, int64 net)
{
	MemoryContext old;
	ScimTallied *move;

	if (moves->forgotten || net == 0)
		return;
	old = MemoryContextSwitchTo(moves->context);
	move = scim_find_tallied(&moves->tally, type, id);
	if (move == NULL)
		move = add_move(moves, type, id);
	moves->moved -= move->net != 0;
	move->net += net;
	moves->moved += move->net != 0;
	if (moves->moved > scim_setting_history_members || moves->tally.bytes > MOST_BYTES)
		forget(moves);
	MemoryContextSwitchTo(old);
}

void
scim_note_move(ScimMemberMoves *moves, const char *type, const char *id, bool came)
{
	note_net(moves, type, id, came ? 1 : -1);
}

void
scim_join_moves(ScimMemberMoves *first, const ScimMemberMoves *second)
{
	if (second->forgotten)
		forget(first);
	for (int i = 0; i < second->tally.count; i++)
	{
		const ScimTallied *move = &second->tally.items[i];

		CHECK_FOR_INTERRUPTS();
		note_net(first, move->type, move->id, move->net);
	}
}

bool
scim_has_moves(const ScimMemberMoves *moves)
{
	return moves->forgotten || moves->moved > 0;
}

/* ---- as they are kept ---- */

static int
compare_moves(const void *a, const void *b)
{
	const ScimTallied *x = *(ScimTallied *const *) a;
	const ScimTallied *y = *(ScimTallied *const *) b;
	int			order = strcmp(x->type, y->type);

	return order != 0 ? order : strcmp(x->id, y->id);
}

/* Those who came, or those who went, in order. */
static int
sort_moves(const ScimMemberMoves *moves, bool came, const ScimTallied **sorted)
{
	int			count = 0;

	for (int i = 0; i < moves->tally.count; i++)
	{
		if (came ? moves->tally.items[i].net > 0 : moves->tally.items[i].net < 0)
			sorted[count++] = &moves->tally.items[i];
	}
	qsort(sorted, count, sizeof(ScimTallied *), compare_moves);
	return count;
}

/* {type: [ids]}; a table that may hold a member twice may have moved it twice. */
static JsonbValue *
ids_by_type(const ScimTallied **sorted, int count)
{
	JsonbValue *types = scim_new_object();

	for (int i = 0; i < count;)
	{
		const char *type = sorted[i]->type;
		JsonbValue *ids = scim_new_array();

		for (; i < count && strcmp(sorted[i]->type, type) == 0; i++)
		{
			for (int64 n = sorted[i]->net; n != 0; n += n > 0 ? -1 : 1)
				scim_append_text(ids, sorted[i]->id);
		}
		scim_add(types, type, strlen(type), ids);
	}
	return types;
}

static void
set_moved(JsonbValue *object, const char *key, const ScimMemberMoves *moves, bool came)
{
	const ScimTallied **sorted = palloc_extended(Max(moves->tally.count, 1) * sizeof(ScimTallied *),
												 MCXT_ALLOC_HUGE);
	int			count = sort_moves(moves, came, sorted);

	if (count > 0)
		scim_set_value(object, key, ids_by_type(sorted, count));
}

static void
set_sum(JsonbValue *object, const ScimMemberSum *sum)
{
	char	   *digest;

	if (!sum->known)
		return;
	digest = palloc(BASE64_SIZE(SCIM_DIGEST_SIZE) + 1);
	base64_text(digest, sum->digest, SCIM_DIGEST_SIZE);
	scim_set_integer(object, "count", sum->count);
	scim_set_text(object, "digest", digest);
}

Jsonb *
scim_moves_jsonb(const ScimMemberMoves *moves, const ScimMemberSum *before)
{
	JsonbValue *object = scim_new_object();

	if (moves->forgotten)
		set_sum(object, before);
	else
	{
		set_moved(object, "added", moves, true);
		set_moved(object, "removed", moves, false);
	}
	return scim_write(object);
}
