/*
 * may_read.c
 *		What the view scim_history asks of each row of the history, as an SQL
 *		function.
 *
 * A statement asks it for very many rows of few tenants: what it was told of a
 * tenant and a type holds for all their rows, until a registration or a role
 * changes.
 */
#include "postgres.h"

#include "access/xact.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "history/document.h"
#include "history/document_rights.h"
#include "history/place.h"
#include "history/rights.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "statement/granted.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(scim_may_read_history);

/* Of more tenants than this, all are forgotten. */
#define MOST_ANSWERS 10000

/* The key of an answer: texts, which are its own once it is kept. */
typedef struct Question
{
	const char *tenant;
	const char *type;
	uint32		tenant_length;
	uint32		type_length;
} Question;

typedef struct Answer
{
	Question	question;
	bool		is_shown;
	int64		begins;			/* what is shown is newer */
} Answer;

/* A place in a statement that asks. */
typedef struct Place
{
	TimestampTz began;			/* the client's statement; see may_use.c */
	Oid			role;
	uint64		generation;		/* of registrations */
	uint64		roles;			/* and of roles */
	bool		reads_table;	/* the role may read the table itself: the view hides nothing */
	MemoryContext context;		/* of the rest */
	HTAB	   *answers;
	const Answer *last;			/* that was given */
} Place;

/* ---- what was answered ---- */

static uint32
hash_question(const void *key, Size size)
{
	const Question *question = key;

	return hash_combine(hash_bytes((const unsigned char *) question->tenant,
								   question->tenant_length),
						hash_bytes((const unsigned char *) question->type, question->type_length));
}

static bool
is_same(const Question *a, const Question *b)
{
	return a->tenant_length == b->tenant_length && a->type_length == b->type_length &&
		memcmp(a->tenant, b->tenant, a->tenant_length) == 0 &&
		memcmp(a->type, b->type, a->type_length) == 0;
}

static int
match_questions(const void *a, const void *b, Size size)
{
	return is_same(a, b) ? 0 : 1;
}

static void
start_answers(Place *place)
{
	HASHCTL		control = {
		.keysize = sizeof(Question),
		.entrysize = sizeof(Answer),
		.hash = hash_question,
		.match = match_questions,
		.hcxt = place->context
	};

	place->last = NULL;
	MemoryContextReset(place->context);
	place->answers = hash_create("scimver rights of a statement", 64, &control,
								 HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
}

static const Answer *
keep(Place *place, const Answer *answer)
{
	Question	question = answer->question;
	Answer	   *kept;

	if (hash_get_num_entries(place->answers) >= MOST_ANSWERS)
		start_answers(place);
	question.tenant = pnstrdup(question.tenant, question.tenant_length);
	question.type = pnstrdup(question.type, question.type_length);
	kept = hash_search(place->answers, &question, HASH_ENTER, NULL);
	*kept = *answer;
	kept->question = question;
	return kept;
}

/* ---- who asks ---- */

static void
begin_asking(Place *place)
{
	place->role = GetUserId();
	place->reads_table = pg_class_aclcheck(scim_history_table(), place->role, ACL_SELECT) ==
		ACLCHECK_OK;

	/*
	 * errors come with the first question, whatever it is: the view asks one before it looks at
	 * rows
	 */
	if (!place->reads_table)
		scim_read_registrations();
	start_answers(place);
	place->generation = scim_registration_generation();
	place->roles = scim_roles_generation();
	place->began = GetCurrentStatementStartTimestamp();
}

/* The place of the call; a statement that begins to ask hears of what others have changed. */
static Place *
place_of(FmgrInfo *call)
{
	Place	   *place = call->fn_extra;

	if (unlikely(place == NULL))
	{
		place = MemoryContextAllocZero(call->fn_mcxt, sizeof(Place));
		place->context = AllocSetContextCreate(call->fn_mcxt, "scimver rights of a statement",
											   ALLOCSET_DEFAULT_SIZES);
		call->fn_extra = place;
	}
	if (unlikely(place->began != GetCurrentStatementStartTimestamp()))
	{
		AcceptInvalidationMessages();
		begin_asking(place);
	}
	else if (unlikely(place->role != GetUserId() ||
					  place->generation != scim_registration_generation() ||
					  place->roles != scim_roles_generation()))
		begin_asking(place);
	return place;
}

/* ---- asking ---- */

static Answer
find_answer(const Question *question)
{
	const char *name = pnstrdup(question->type, question->type_length);
	const char *tenant = pnstrdup(question->tenant, question->tenant_length);
	const ScimRegistration *table = scim_find_table(scim_resource_type(name));
	Answer		answer = {.question = *question};

	if (scim_means_documents(name))
	{
		answer.is_shown = scim_sees_document(name, tenant, NULL);
		return answer;
	}
	answer.is_shown = table && scim_sees_history(table, tenant);
	if (answer.is_shown)
		answer.begins = scim_history_begins(tenant, table->type->name);
	return answer;
}

static const Answer *
answer_of(Place *place, const Question *question)
{
	Answer		found;
	const Answer *kept;
	MemoryContext old;

	if (likely(place->last && is_same(&place->last->question, question)))
		return place->last;
	kept = hash_search(place->answers, question, HASH_FIND, NULL);
	if (kept == NULL)
	{
		found = find_answer(question);
		old = MemoryContextSwitchTo(place->context);
		kept = keep(place, &found);
		MemoryContextSwitchTo(old);
	}
	return place->last = kept;
}

/* A policy is for who works with its type, of which the question does not tell. */
static bool
sees_policy(text *tenant, text *id)
{
	return scim_sees_document(SCIM_POLICY_KIND, text_to_cstring(tenant), text_to_cstring(id));
}

static bool
is_policy(const Question *question)
{
	return question->type_length == strlen(SCIM_POLICY_KIND) &&
		memcmp(question->type, SCIM_POLICY_KIND, question->type_length) == 0 &&
		scim_means_policies(SCIM_POLICY_KIND);
}

/*
 * scim_may_read_history(tenant_id text, resource_type text, resource_id text, seq bigint)
 * -> boolean: does the view show that entry to the current role?  Whoever may read the
 * table is shown all of it; everybody else what rights.h and document_rights.h say, from
 * where the history of the type's table begins.
 */
Datum
scim_may_read_history(PG_FUNCTION_ARGS)
{
	text	   *tenant = PG_GETARG_TEXT_PP(0);
	text	   *type = PG_GETARG_TEXT_PP(1);
	int64		seq = PG_GETARG_INT64(3);
	Question	question = {
		.tenant = VARDATA_ANY(tenant),
		.type = VARDATA_ANY(type),
		.tenant_length = VARSIZE_ANY_EXHDR(tenant),
		.type_length = VARSIZE_ANY_EXHDR(type)
	};
	Place	   *place = place_of(fcinfo->flinfo);
	const Answer *answer;

	if (place->reads_table)
		PG_RETURN_BOOL(true);
	if (unlikely(is_policy(&question)))
		PG_RETURN_BOOL(sees_policy(tenant, PG_GETARG_TEXT_PP(2)));
	answer = answer_of(place, &question);
	PG_RETURN_BOOL(answer->is_shown && seq > answer->begins);
}
