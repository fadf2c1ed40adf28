/*
 * proposed.c
 *		Proposals as tools answer them.
 *
 * Who approves answers for what he has read: so of what is too large for an answer the
 * changes go last, and what is missing is named.
 */
#include "postgres.h"

#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "tools/envelope.h"
#include "tools/fit.h"
#include "tools/named_tools.h"
#include "tools/proposed.h"

#define WHOLE_STEP \
	"What is not shown is too large: scim_get_proposal shows it in SQL. Who approves without " \
	"having seen it approves that, too."

/* Leaves out what can be done without, then changes from the end, then whatever is large. */
static void
fit(JsonbValue *content, JsonbValue *omitted)
{
	static const char *const spare[] = {"operations", "base"};
	int64		room = SCIM_ANSWER_BYTES - SCIM_FRAME_BYTES;

	for (int i = 0; i < (int) lengthof(spare) && scim_json_size(content) > room; i++)
	{
		if (scim_remove(content, spare[i], strlen(spare[i])))
			scim_append_text(omitted, spare[i]);
	}
	(void) scim_drop_last(content, "changes", "more_changes", 1, scim_json_size(content) - room);
	if (scim_get(content, "more_changes", strlen("more_changes")))
		scim_append_text(omitted, "changes");
	scim_fit_object(content, room, "", omitted);
}

text *
scim_success_proposal(Jsonb *proposal, JsonbValue *metadata)
{
	JsonbValue *omitted = scim_new_array();
	JsonbValue	root;
	JsonbValue *content;

	scim_root(proposal, &root);
	content = scim_open(&root);
	fit(content, omitted);
	scim_say_omitted(metadata, omitted, WHOLE_STEP);
	return scim_success(content, metadata);
}

#define PROPOSED \
	"Nothing is written yet: it waits for the reviewers. scim_list_proposals with proposal_id " \
	"tells what becomes of it."

#define PROPOSED_BEFORE \
	"The call became a proposal when it was first made: status says what came of it."

text *
scim_success_proposed(const ScimToolCall *call)
{
	JsonbValue *metadata = scim_metadata(call);

	if (call->written.repeated)
		scim_set_bool(metadata, "repeated", true);
	scim_set_text(metadata, "proposed",
				  scim_fit_to_tools(call->written.repeated ? PROPOSED_BEFORE : PROPOSED));
	return scim_success_proposal(call->written.resource, metadata);
}
