/*
 * consult_state.c
 *		requestState: which call asked what.
 */
#include "postgres.h"

#include "base/actor.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "base/sha256.h"
#include "core/canonical.h"
#include "operation/cursor.h"
#include "operation/paging.h"
#include "statement/tenant.h"
#include "tools/consult_state.h"
#include "tools/consult_way.h"
#include "utils/builtins.h"

#define VERSION "version"
#define DECISIONS "decisions"

/* The same arguments in other letters, or in another order, are the same. */
static char *
digest_of_arguments(const ScimToolCall *call)
{
	uint8		hash[SCIM_DIGEST_SIZE];
	char	   *digest = palloc(BASE64_SIZE(SCIM_DIGEST_SIZE) + 1);
	JsonbValue	root;
	ScimForm	form;

	scim_root(call->arguments, &root);
	form = scim_canonical_form(&root);
	scim_sha256(form.data, form.length, hash);
	base64_text(digest, hash, SCIM_DIGEST_SIZE);
	return digest;
}

/* What the text is good for; a role by its number, as another may get its name. */
static char *
kind_of(const ScimToolCall *call)
{
	const char *parts[] = {
		"consult", scim_resolve_tenant(call->tenant), psprintf("%u", scim_acting_role()),
		call->tool->name, digest_of_arguments(call)
	};

	return scim_cursor_kind(parts, lengthof(parts));
}

char *
scim_write_request_state(const ScimToolCall *call, const ScimQuestion *question)
{
	JsonbValue *state = scim_new_object();

	scim_set_text(state, VERSION, question->seen);
	scim_set_value(state, DECISIONS, scim_new_texts(question->decisions));
	if (question->keys)
		scim_set_value(state, SCIM_STATE_KEYS, scim_new_texts(question->keys));
	return scim_write_cursor(kind_of(call), scim_write(state));
}

static SCIM_NORETURN void throw_state(const char *problem);

static void
throw_state(const char *problem)
{
	scim_throw_path(SCIM_BAD_REQUEST_STATE, "requestState", "%-s", problem);
}

Jsonb *
scim_read_request_state(const ScimToolCall *call)
{
	text	   *given = call->consulted.state;
	Jsonb	   *state;
	int64		age;

	if (given == NULL)
		throw_state("inputResponses came without the requestState of the question");
	if (!scim_asks_user(call) ||
		!scim_open_signed(kind_of(call), text_to_cstring(given), &state, &age))
		throw_state("requestState is that of no question to this very call: by this role, in this "
					"tenant, of this tool, with these arguments");
	if (age > SCIM_STATE_SECONDS)
		throw_state(scim_phrase("the question is older than %d minutes", SCIM_STATE_SECONDS / 60));
	return state;
}

const char *
scim_state_version(Jsonb *state)
{
	JsonbValue	version;

	if (!scim_find(&state->root, VERSION, &version) || version.type != jbvString)
		elog(ERROR, "a question without a version");
	return scim_string_copy(&version);
}

/* A uuid of version 8: of what is signed, which nobody can make. */
const pg_uuid_t *
scim_state_proposal(const ScimToolCall *call)
{
	const		text *given = call->consulted.state;
	uint8		hash[SCIM_DIGEST_SIZE];
	pg_uuid_t  *id = palloc(sizeof(pg_uuid_t));

	scim_sha256(VARDATA_ANY(given), VARSIZE_ANY_EXHDR(given), hash);
	memcpy(id->data, hash, UUID_LEN);
	id->data[6] = (id->data[6] & 0x0F) | 0x80;
	id->data[8] = (id->data[8] & 0x3F) | 0x80;
	return id;
}

bool
scim_state_offers(Jsonb *state, const char *decision)
{
	JsonbValue	decisions;
	JsonbValue	one;
	ScimWalk	walk;

	if (!scim_find(&state->root, DECISIONS, &decisions))
		return false;
	scim_walk(&walk, decisions.val.binary.data);
	while (scim_walk_next(&walk, NULL, &one))
	{
		if (scim_string_is(&one, decision))
			return true;
	}
	return false;
}
