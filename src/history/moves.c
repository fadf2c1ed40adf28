/*
 * moves.c
 *		Which members came to a group, and which went.
 *
 * A statement may move few members of very many groups, or very many of one: a
 * group's moves begin small, are looked up by a hash once they are more than a
 * few, and are forgotten where they are more than the history keeps.
 */
#include "postgres.h"

#include "base/digest.h"
#include "base/jsonb_tree.h"
#include "base/settings.h"
#include "core/finder.h"
#include "history/moves.h"
#include "miscadmin.h"
#include "utils/memutils.h"

/* So few are compared one by one. */
#define FEW 8

/* Ids and types in bytes: far below what one jsonb holds, however long ids are. */
#define MOST_BYTES ((Size) 64 * 1024 * 1024)

typedef struct Move
{
	char	   *type;			/* may be that of the one before */
	char	   *id;
	int64		net;			/* > 0: came; < 0: went; 0: came and went */
} Move;

struct ScimMemberMoves
{
	MemoryContext context;		/* of all of it */
	bool		forgotten;
	Move	   *moves;			/* in the order in which they were first noted */
	int			count;
	int			room;
	int			moved;			/* of them have a net */
	Size		bytes;
	ScimFinder	finder;			/* by their ids, if they are more than a few */
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

/* ---- finding ---- */

static uint64
hash_of(const char *id)
{
	return scim_text_hash(id, strlen(id));
}

static bool
is_of(const Move *move, const char *type, const char *id)
{
	return strcmp(move->id, id) == 0 && strcmp(move->type, type) == 0;
}

static Move *
find_move(const ScimMemberMoves *moves, const char *type, const char *id)
{
	if (moves->count <= FEW)
	{
		for (int i = 0; i < moves->count; i++)
		{
			if (is_of(&moves->moves[i], type, id))
				return &moves->moves[i];
		}
		return NULL;
	}
	for (const ScimFound *found = scim_finder_first(&moves->finder, hash_of(id)); found;
		 found = scim_finder_next(&moves->finder, found))
	{
		if (is_of(&moves->moves[found->item], type, id))
			return &moves->moves[found->item];
	}
	return NULL;
}

static void
clear_finder(ScimMemberMoves *moves)
{
	if (moves->finder.entries)
	{
		pfree(moves->finder.entries);
		pfree(moves->finder.buckets);
	}
	memset(&moves->finder, 0, sizeof(ScimFinder));
}

/* Those from the first one on. */
static void
add_to_finder(ScimMemberMoves *moves, int first)
{
	for (int i = first; i < moves->count; i++)
		scim_finder_add(&moves->finder, hash_of(moves->moves[i].id), i);
}

/* ---- noting ---- */

static void
free_move(ScimMemberMoves *moves, int index)
{
	Move	   *move = &moves->moves[index];

	moves->bytes -= strlen(move->id);
	pfree(move->id);
	/* types are few, and shared: they stay */
}

/* Leaves out who came and went. */
static void
pack(ScimMemberMoves *moves)
{
	int			kept = 0;

	for (int i = 0; i < moves->count; i++)
	{
		if (moves->moves[i].net != 0)
			moves->moves[kept++] = moves->moves[i];
		else
			free_move(moves, i);
	}
	moves->count = kept;
	clear_finder(moves);
	if (kept > FEW)
		add_to_finder(moves, 0);
}

/* At least half of what is packed goes, so that it costs no more than what was noted. */
static void
make_room(ScimMemberMoves *moves)
{
	if (moves->count > FEW && moves->count >= 2 * scim_setting_history_members)
		pack(moves);
	if (moves->count < moves->room)
		return;
	moves->room = Max(4, 2 * moves->room);
	moves->moves = moves->moves ? repalloc_huge(moves->moves, moves->room * sizeof(Move)) :
		palloc(moves->room * sizeof(Move));
}

static Move *
add_move(ScimMemberMoves *moves, const char *type, const char *id)
{
	Move	   *move;

	make_room(moves);
	move = &moves->moves[moves->count];
	if (moves->count > 0 && strcmp(move[-1].type, type) == 0)
		move->type = move[-1].type;
	else
	{
		move->type = pstrdup(type);
		moves->bytes += strlen(type);
	}
	move->id = pstrdup(id);
	move->net = 0;
	moves->bytes += strlen(id);
	moves->count++;
	if (moves->count == FEW + 1)
		add_to_finder(moves, 0);
	else if (moves->count > FEW)
		add_to_finder(moves, moves->count - 1);
	return move;
}

static void
forget(ScimMemberMoves *moves)
{
	for (int i = 0; i < moves->count; i++)
		free_move(moves, i);
	if (moves->moves)
		pfree(moves->moves);
	clear_finder(moves);
	moves->moves = NULL;
	moves->count = moves->room = 0;
	moves->forgotten = true;
}

static void
note_net(ScimMemberMoves *moves, const char *type, const char *id, int64 net)
{
	MemoryContext old;
	Move	   *move;

	if (moves->forgotten || net == 0)
		return;
	old = MemoryContextSwitchTo(moves->context);
	move = find_move(moves, type, id);
	if (move == NULL)
		move = add_move(moves, type, id);
	moves->moved -= move->net != 0;
	move->net += net;
	moves->moved += move->net != 0;
	if (moves->moved > scim_setting_history_members || moves->bytes > MOST_BYTES)
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
	for (int i = 0; i < second->count; i++)
	{
		const Move *move = &second->moves[i];

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
	const Move *x = *(Move *const *) a;
	const Move *y = *(Move *const *) b;
	int			order = strcmp(x->type, y->type);

	return order != 0 ? order : strcmp(x->id, y->id);
}

/* Those who came, or those who went, in order. */
static int
sort_moves(const ScimMemberMoves *moves, bool came, const Move **sorted)
{
	int			count = 0;

	for (int i = 0; i < moves->count; i++)
	{
		if (came ? moves->moves[i].net > 0 : moves->moves[i].net < 0)
			sorted[count++] = &moves->moves[i];
	}
	qsort(sorted, count, sizeof(Move *), compare_moves);
	return count;
}

/* {type: [ids]}; a table that may hold a member twice may have moved it twice. */
static JsonbValue *
ids_by_type(const Move **sorted, int count)
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
	const Move **sorted = palloc_extended(Max(moves->count, 1) * sizeof(Move *), MCXT_ALLOC_HUGE);
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
