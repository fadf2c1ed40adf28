/*
 * review.c
 *		Reviews: what was decided of proposals, who may decide, and what counts.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "base/actor.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_type.h"
#include "decision/policies.h"
#include "decision/policy_check.h"
#include "decision/review.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "statement/own.h"
#include "statement/own_table.h"
#include "statement/role.h"
#include "statement/sql.h"
#include "statement/tenant.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

static const char *const decision_names[] = {
	[SCIM_APPROVES] = "approve",
	[SCIM_REJECTS] = "reject",
	[SCIM_COUNTERS] = "counter",
	[SCIM_WITHDRAWS] = "withdraw"
};

const char *
scim_decision_name(ScimDecision decision)
{
	return decision_names[decision];
}

bool
scim_decision_named(const char *name, ScimDecision *decision)
{
	for (size_t i = 0; i < lengthof(decision_names); i++)
	{
		if (strcmp(name, decision_names[i]) == 0)
		{
			*decision = (ScimDecision) i;
			return true;
		}
	}
	return false;
}

/* ---- rows ---- */

/* The columns of the table, in their order. */
static const Oid column_types[] = {
	UUIDOID, INT4OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
	TIMESTAMPTZOID, BOOLOID
};

/* The same by name. */
enum
{
	PROPOSAL,
	NUMBER,
	DECISION,
	VERSION,
	COMMENT,
	REVIEWER,
	LOGIN,
	PRINCIPAL,
	AGENT,
	AT,
	COUNTS
};

/* The table, if its columns are what they were made as. */
static Relation
open_reviews(void)
{
	Relation	table = table_open(scim_find_own_relation("scim_review_rows"), AccessShareLock);

	scim_check_columns(table, column_types, lengthof(column_types));
	return table;
}

/* Its owner may have taken NOT NULL away: what is not there is empty, 0, or false. */
static const char *
text_of(Datum value, bool isnull)
{
	return isnull ? "" : TextDatumGetCString(value);
}

static ScimReview *
review_of(const Datum *values, const bool *nulls)
{
	ScimReview *review = palloc(sizeof(ScimReview));

	*review = (ScimReview)
	{
		.number = nulls[NUMBER] ? 0 : DatumGetInt32(values[NUMBER]),
			.version = text_of(values[VERSION], nulls[VERSION]),
			.comment = nulls[COMMENT] ? NULL : TextDatumGetCString(values[COMMENT]),
			.reviewer =
		{
			.role = text_of(values[REVIEWER], nulls[REVIEWER]),
				.login = text_of(values[LOGIN], nulls[LOGIN]),
				.principal = nulls[PRINCIPAL] ? NULL : TextDatumGetCString(values[PRINCIPAL])
		},
			.agent = nulls[AGENT] ? NULL : TextDatumGetCString(values[AGENT]),
			.at = nulls[AT] ? 0 : DatumGetTimestampTz(values[AT]),
			.counts = !nulls[COUNTS] && DatumGetBool(values[COUNTS]),
	};
	if (!scim_decision_named(text_of(values[DECISION], nulls[DECISION]), &review->decision))
		review->counts = false;
	return review;
}

static int
compare_numbers(const ListCell *a, const ListCell *b)
{
	int			x = ((const ScimReview *) lfirst(a))->number;
	int			y = ((const ScimReview *) lfirst(b))->number;

	return x < y ? -1 : x > y;
}

/* By the index, and without a statement, as proposals are (proposal.c). */
List *
scim_read_reviews(const pg_uuid_t *proposal)
{
	static const AttrNumber keys[] = {PROPOSAL + 1, NUMBER + 1};
	Relation	table = open_reviews();
	Oid			index = scim_find_index_on(table, keys, lengthof(keys));
	int			columns = RelationGetDescr(table)->natts;
	Datum	   *values = palloc(columns * sizeof(Datum));
	bool	   *nulls = palloc(columns * sizeof(bool));
	List	   *reviews = NIL;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	row;

	ScanKeyInit(&key, PROPOSAL + 1, BTEqualStrategyNumber, F_UUID_EQ, UUIDPGetDatum(proposal));
	scan = systable_beginscan(table, index, OidIsValid(index), NULL, 1, &key);
	while (HeapTupleIsValid(row = systable_getnext(scan)))
	{
		CHECK_FOR_INTERRUPTS();
		heap_deform_tuple(row, RelationGetDescr(table), values, nulls);
		reviews = lappend(reviews, review_of(values, nulls));
	}
	systable_endscan(scan);
	table_close(table, NoLock);
	list_sort(reviews, compare_numbers);
	return reviews;
}

/*
 * Runs a statement as the owner of the table, of which what is read next sees what it did;
 * how many rows it wrote.
 */
static uint64
run_as_owner(const char *text, int nargs, const Oid *types, Datum *values, const char *nulls)
{
	Relation	table = open_reviews();
	ScimRole	role;
	uint64		count;

	scim_act_as_owner_of(RelationGetRelid(table), &role);
	count = scim_write_own(text, nargs, types, values, nulls);
	scim_act_as_before(&role);
	table_close(table, NoLock);
	CommandCounterIncrement();
	return count;
}

/* One that was there before counts no longer. */
static void
set_aside(const ScimProposal *proposal, int number)
{
	Oid			types[] = {UUIDOID, INT4OID};
	Datum		values[] = {UUIDPGetDatum(&proposal->id), Int32GetDatum(number)};

	if (run_as_owner("UPDATE ONLY %s.scim_review_rows SET counts = false"
					 " WHERE proposal_id" SQL_OP("=") "$1 AND number" SQL_OP("=") "$2",
					 lengthof(types), types, values, NULL) == 0)
		scim_throw_not_kept("scim_review_rows");
}

static void
write_review(const ScimProposal *proposal, const ScimReview *review)
{
	Datum		values[] = {
		UUIDPGetDatum(&proposal->id),
		Int32GetDatum(review->number),
		CStringGetTextDatum(scim_decision_name(review->decision)),
		CStringGetTextDatum(review->version),
		review->comment ? CStringGetTextDatum(review->comment) : (Datum) 0,
		CStringGetTextDatum(review->reviewer.role),
		CStringGetTextDatum(review->reviewer.login),
		review->reviewer.principal ? CStringGetTextDatum(review->reviewer.principal) : (Datum) 0,
		review->agent ? CStringGetTextDatum(review->agent) : (Datum) 0,
		TimestampTzGetDatum(review->at)
	};
	char		nulls[] = "          ";

	nulls[COMMENT] = review->comment ? ' ' : 'n';
	nulls[PRINCIPAL] = review->reviewer.principal ? ' ' : 'n';
	nulls[AGENT] = review->agent ? ' ' : 'n';
	if (run_as_owner("INSERT INTO %s.scim_review_rows (proposal_id, number, decision, version,"
					 " comment, reviewer, login, principal, agent, at, counts)"
					 " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, true)",
					 lengthof(values), column_types, values, nulls) == 0)
		scim_throw_not_kept("scim_review_rows");
}

static const List *
shared_logins(const ScimPolicy *policy)
{
	return policy ? policy->shared_logins : NIL;
}

/*
 * The last decision of a person counts.  Who has the role of one who decided, and the login
 * of another, takes the place of both.
 */
void
scim_insert_review(const ScimProposal *proposal, const ScimPolicy *policy, ScimDecision decision,
				   const char *comment)
{
	ScimActor	actor = scim_actor();
	ScimReview	review = {
		.number = 1,
		.decision = decision,
		.version = proposal->version,
		.comment = comment,
		.reviewer = scim_acting_person(),
		.agent = actor.agent[0] ? actor.agent : NULL,
		.at = GetCurrentTimestamp(),
	};
	ListCell   *cell;

	foreach(cell, scim_read_reviews(&proposal->id))
	{
		const ScimReview *before = lfirst(cell);

		review.number = before->number + 1;
		if (before->counts && scim_is_same_person(&before->reviewer, &review.reviewer,
												  shared_logins(policy)))
			set_aside(proposal, before->number);
	}
	write_review(proposal, &review);
}

void
scim_void_reviews(const ScimProposal *proposal)
{
	Oid			types[] = {UUIDOID};
	Datum		values[] = {UUIDPGetDatum(&proposal->id)};

	(void) run_as_owner("UPDATE ONLY %s.scim_review_rows SET counts = false"
						" WHERE proposal_id" SQL_OP("=") "$1 AND counts",
						lengthof(types), types, values, NULL);
}

/* ---- who decides ---- */

const ScimPolicy *
scim_policy_of_proposal(const ScimProposal *proposal)
{
	const ScimResourceType *type = scim_resource_type(proposal->type);

	/* the type may be gone */
	return type ? scim_find_policy(type, proposal->tenant) : NULL;
}

const List *
scim_reviewers_of(const ScimPolicy *policy)
{
	return policy ? policy->reviewers : NIL;
}

int
scim_quorum_of(const ScimPolicy *policy)
{
	return scim_reviewers_of(policy) ? policy->quorum : SCIM_DEFAULT_QUORUM;
}

static ScimPerson
proposer_of(const ScimProposal *proposal)
{
	return (ScimPerson)
	{
		.role = proposal->proposer,
			.login = proposal->login,
			.principal = proposal->principal
	};
}

bool
scim_is_proposer(const ScimProposal *proposal, const ScimPolicy *policy)
{
	ScimPerson	proposer = proposer_of(proposal);
	ScimPerson	self = scim_acting_person();

	return scim_is_same_person(&proposer, &self, shared_logins(policy));
}

/* A whole resource has no path; where it comes from nothing, or comes to nothing, that is all. */
ScimOperation
scim_operation_of_proposal(const ScimProposal *proposal)
{
	JsonbContainer *changes = &proposal->changes->root;
	JsonbValue *change;
	JsonbValue	unused;

	if (!JsonContainerIsArray(changes) || JsonContainerSize(changes) != 1)
		return SCIM_PATCHES;
	change = getIthJsonbValueFromContainer(changes, 0);
	if (!scim_is_object(change) || scim_find_member(change, "path", &unused))
		return SCIM_PATCHES;
	if (!scim_find_member(change, "from", &unused))
		return SCIM_CREATES;
	return scim_find_member(change, "to", &unused) ? SCIM_PATCHES : SCIM_DELETES;
}

/* A mark is set by an UPDATE. */
static AclMode
privilege_for(const ScimRegistration *table, ScimOperation operation)
{
	if (operation == SCIM_CREATES)
		return ACL_INSERT;
	return operation == SCIM_DELETES && table->columns[SCIM_COLUMN_DELETED] == NULL
		? ACL_DELETE : ACL_UPDATE;
}

/* What a write that is refused by less than the row would be refused by. */
static bool
may_write(const ScimProposal *proposal)
{
	const ScimResourceType *type = scim_resource_type(proposal->type);
	const ScimRegistration *table = type ? scim_find_table(type) : NULL;
	const ScimPolicy *policy;
	ScimDenial	denial;
	ScimOperation operation = scim_operation_of_proposal(proposal);

	if (table == NULL || !scim_has_privilege(table, privilege_for(table, operation)))
		return false;
	policy = scim_binding_policy(type, proposal->tenant);
	return policy == NULL ||
		!scim_denies_operation(policy, scim_acting_role(), operation, operation, &denial);
}

bool
scim_may_review(const ScimProposal *proposal, const ScimPolicy *policy)
{
	const List *reviewers = scim_reviewers_of(policy);

	if (scim_is_proposer(proposal, policy))
		return false;
	return reviewers ? scim_has_any_role(scim_acting_role(), reviewers) : may_write(proposal);
}

/* ---- what counts ---- */

/* Where no reviewers are named, whoever approved could make the change himself, then. */
static bool
is_reviewer(const ScimReview *review, const ScimPolicy *policy)
{
	const List *reviewers = scim_reviewers_of(policy);
	Oid			role = get_role_oid(review->reviewer.role, true);

	return OidIsValid(role) && (reviewers == NIL || scim_has_any_role(role, reviewers));
}

/* Is he one of those in the list, of ScimPerson *? */
static bool
is_among(const ScimPerson *person, const List *persons, const ScimPolicy *policy)
{
	ListCell   *cell;

	foreach(cell, persons)
	{
		if (scim_is_same_person(person, lfirst(cell), shared_logins(policy)))
			return true;
	}
	return false;
}

/*
 * All is asked anew: roles, reviewers and shared logins may be others than they were when it
 * was decided.
 */
int
scim_count_approvals(const ScimProposal *proposal, const ScimPolicy *policy, const List *reviews)
{
	ScimPerson	proposer = proposer_of(proposal);
	List	   *persons = list_make1(&proposer);
	ListCell   *cell;

	foreach(cell, reviews)
	{
		ScimReview *review = lfirst(cell);

		if (review->counts && review->decision == SCIM_APPROVES &&
			strcmp(review->version, proposal->version) == 0 && is_reviewer(review, policy) &&
			!is_among(&review->reviewer, persons, policy))
			persons = lappend(persons, &review->reviewer);
	}
	return list_length(persons) - 1;
}
