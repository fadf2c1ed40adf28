/*
 * auth_schemes.c
 *		authenticationSchemes of ServiceProviderConfig.
 */
#include "postgres.h"

#include "base/auth_schemes.h"
#include "base/jsonb_tree.h"
#include "base/uri.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

/* The members of a scheme. */
enum
{
	TYPE, NAME, DESCRIPTION, SPEC_URI, DOCUMENTATION_URI, PRIMARY, MEMBERS
};

static const struct
{
	const char *name;
	bool		required;
	bool		is_uri;			/* absolute */
	enum jbvType type;
	const char *problem;		/* where it is another */
}			members[MEMBERS] = {
	[TYPE] = {"type", true, false, jbvString, "\"type\" is a text, and not empty."},
	[NAME] = {"name", true, false, jbvString, "\"name\" is a text, and not empty."},
	[DESCRIPTION] = {"description", true, false, jbvString,
		"\"description\" is a text, and not empty."},
	[SPEC_URI] = {"specUri", false, true, jbvString, "\"specUri\" is an absolute URI."},
	[DOCUMENTATION_URI] = {"documentationUri", false, true, jbvString,
		"\"documentationUri\" is an absolute URI."},
	[PRIMARY] = {"primary", false, false, jbvBool, "\"primary\" is true or false."},
};

/*
 * NULL: it is no JSON.  There may be no transaction; an error in the text, all that is caught,
 * leaves nothing behind but memory.  One that is not supported is an escape beyond ASCII, where
 * there is no database yet, whose encoding would take it.
 */
static Jsonb *
parse(const char *text)
{
	MemoryContext context = CurrentMemoryContext;
	Jsonb	   *volatile parsed = NULL;

	PG_TRY();
	{
		parsed = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
	}
	PG_CATCH();
	{
		int			category = ERRCODE_TO_CATEGORY(geterrcode());

		if (category != ERRCODE_DATA_EXCEPTION && category != ERRCODE_PROGRAM_LIMIT_EXCEEDED &&
			category != ERRCODE_FEATURE_NOT_SUPPORTED)
			PG_RE_THROW();
		MemoryContextSwitchTo(context);
		FlushErrorState();
	}
	PG_END_TRY();
	return parsed;
}

static const char *
member_problem(int member, const JsonbValue *value)
{
	bool		fits = value->type == members[member].type;

	if (fits && value->type == jbvString)
		fits = value->val.string.len > 0 &&
			(!members[member].is_uri ||
			 scim_is_uri(value->val.string.val, value->val.string.len, true));
	return fits ? NULL : members[member].problem;
}

static int
find_member(const JsonbValue *key)
{
	int			member = 0;

	while (member < MEMBERS && !scim_string_is(key, members[member].name))
		member++;
	return member;
}

static const char *
scheme_problem(JsonbContainer *scheme, int *primaries)
{
	bool		given[MEMBERS] = {false};
	const char *problem = NULL;
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value = {0};

	scim_walk(&walk, scheme);
	while (problem == NULL && scim_walk_next(&walk, &key, &value))
	{
		int			member = find_member(&key);

		if (member == MEMBERS)
			return "A scheme has type, name, description, specUri, documentationUri and primary.";
		given[member] = true;
		*primaries += member == PRIMARY && value.type == jbvBool && value.val.boolean;
		problem = member_problem(member, &value);
	}
	for (int i = 0; i < MEMBERS && problem == NULL; i++)
	{
		if (members[i].required && !given[i])
			problem = "A scheme has a type, a name and a description.";
	}
	return problem;
}

const char *
scim_auth_schemes_problem(const char *text)
{
	const char *problem = NULL;
	Jsonb	   *schemes = parse(text);
	int			primaries = 0;
	ScimWalk	walk;
	JsonbValue	scheme;

	if (schemes == NULL)
		return "It is no JSON.";
	if (!JB_ROOT_IS_ARRAY(schemes) || JB_ROOT_IS_SCALAR(schemes))
		return "It is a JSON array of objects.";
	scim_walk(&walk, &schemes->root);
	while (problem == NULL && scim_walk_next(&walk, NULL, &scheme))
	{
		CHECK_FOR_INTERRUPTS();
		if (scheme.type != jbvBinary || !JsonContainerIsObject(scheme.val.binary.data))
			return "It is a JSON array of objects.";
		problem = scheme_problem(scheme.val.binary.data, &primaries);
	}
	return problem == NULL && primaries > 1 ? "One scheme at most is primary." : problem;
}
