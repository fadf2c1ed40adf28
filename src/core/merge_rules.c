/*
 * merge_rules.c
 *		What a merge does where both sides changed the same: rules, and which one
 *		counts where.
 *
 * The path of a rule is brought to one spelling: of the schema where there is one,
 * names in small letters, brackets as they are.  Then a path has few beginnings that a
 * rule may have, and each is looked up.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "core/finder.h"
#include "core/hidden.h"
#include "core/merge_rules.h"
#include "core/path.h"
#include "core/place.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"

typedef struct Rule
{
	const char *path;			/* as given */
	StringInfoData text;		/* the same as it is looked up */
	ScimMergeRule rule;
	const char *function;		/* its name, or NULL */
} Rule;

struct ScimMergeRules
{
	Rule	   *items;
	int			count;
	ScimFinder	finder;			/* by their texts */
	int			longest;		/* the length of the longest text */
	bool	   *lengths;		/* which ones there are: no other needs to be looked up */
	const Rule *all;			/* "*", or NULL */
	bool		counts;
	bool		mine_at_conflicts;
	const ScimMergeJudge *judge;	/* of conflicts, or NULL */
	bool		has_functions;
	const ScimResourceType *type;
	const ScimMergeFunctions *functions;	/* NULL: none are taken */
	bool		stored;			/* what does not fit is left out */
};

static const char *const rule_names[] = {
	[SCIM_MERGE_FAIL] = "fail", [SCIM_MERGE_MINE] = "mine", [SCIM_MERGE_THEIRS] = "theirs",
	[SCIM_MERGE_COUNTER] = "counter", [SCIM_MERGE_MAX] = "max", [SCIM_MERGE_MIN] = "min",
	[SCIM_MERGE_FUNCTION] = "function"
};

const char *
scim_merge_rule_name(ScimMergeRule rule)
{
	return rule_names[rule];
}

bool
scim_has_merge_rules(const ScimMergeRules *rules)
{
	return rules->count > 0 || rules->all;
}

bool
scim_merge_rules_have_counter(const ScimMergeRules *rules)
{
	return rules->counts;
}

const ScimMergeRules *
scim_mine_at_conflicts(const ScimMergeRules *rules)
{
	ScimMergeRules *copy = palloc(sizeof(ScimMergeRules));

	*copy = *rules;
	copy->mine_at_conflicts = true;
	return copy;
}

bool
scim_is_mine_at_conflicts(const ScimMergeRules *rules)
{
	return rules->mine_at_conflicts;
}

const ScimMergeRules *
scim_judged_at_conflicts(const ScimMergeRules *rules, const ScimMergeJudge *judge)
{
	ScimMergeRules *copy = palloc(sizeof(ScimMergeRules));

	*copy = *rules;
	copy->judge = judge;
	return copy;
}

const ScimMergeJudge *
scim_judge_of_conflicts(const ScimMergeRules *rules)
{
	return rules->judge;
}

/* ---- brackets ---- */

/* Behind the string in quotes, or the other scalar, that begins there; NULL: none does. */
static const char *
skip_scalar(const char *at)
{
	const char *start = at;

	if (*at != '"')
	{
		at += strspn(at, "+-.0123456789abcdefghijklmnopqrstuvwxyzE");
		return at > start ? at : NULL;
	}
	for (at++; *at && *at != '"'; at++)
	{
		if (*at == '\\' && at[1])
			at++;
	}
	return *at ? at + 1 : NULL;
}

/* Behind the word, if it stands there; else NULL. */
static const char *
skip_word(const char *at, const char *word)
{
	return strncmp(at, word, strlen(word)) == 0 ? at + strlen(word) : NULL;
}

/* Behind: part eq "text" */
static const char *
skip_condition(const char *at, const char *condition)
{
	const char *text = skip_word(at, condition);

	return text ? skip_scalar(text) : NULL;
}

/* Behind brackets as paths of conflicts have them (core/elements.h); NULL: they are others. */
static const char *
skip_brackets(const char *at)
{
	const char *type = skip_condition(at, "[type eq ");
	const char *next = type ? skip_word(type, " and ") : at + 1;
	const char *value = next ? skip_condition(next, "value eq ") : NULL;

	if (value == NULL)
		value = type;
	return value ? skip_word(value, "]") : NULL;
}

/* ---- the text of a path ---- */

/* Names have no case but that of ASCII. */
static void
append_names(StringInfo out, const char *names)
{
	for (; *names; names++)
		appendStringInfoChar(out, pg_ascii_tolower((unsigned char) *names));
}

/* With or without what is in brackets; folded, as it is looked up. */
static void
append_text(StringInfo out, const char *path, bool brackets, bool folded)
{
	while (*path)
	{
		const char *end = *path == '[' ? skip_brackets(path) : NULL;

		if (end == NULL)
		{
			appendStringInfoChar(out, folded ? pg_ascii_tolower((unsigned char) *path) : *path);
			path++;
		}
		else
		{
			if (brackets)
				appendBinaryStringInfo(out, path, end - path);
			path = end;
		}
	}
}

char *
scim_bare_path(const char *path)
{
	StringInfoData bare;

	initStringInfo(&bare);
	append_text(&bare, path, false, false);
	return bare.data;
}

/* ---- reading paths ---- */

static SCIM_NORETURN void throw_path(const ScimMergeRules *rules, const char *path,
									 const char *problem);

/* In a policy, a path is a value of the document like others. */
static void
throw_path(const ScimMergeRules *rules, const char *path, const char *problem)
{
	char	   *shown = scim_shown_name(path, strlen(path));

	scim_throw_path(rules->functions ? SCIM_BAD_POLICY_RULE_PATH : SCIM_BAD_RULE_PATH, shown,
					"\"%s\" %-s", shown, problem);
}

/* Names with '.' between them; it is taken apart. */
static bool
are_names(char *names)
{
	char	   *dot;

	for (; (dot = strchr(names, '.')) != NULL; names = dot + 1)
	{
		*dot = '\0';
		if (!scim_is_attribute_name(names))
			return false;
	}
	return scim_is_attribute_name(names);
}

/* A URN, names, or both with ':' between them. */
static bool
is_path(const char *plain)
{
	const char *colon = strrchr(plain, ':');

	if (scim_is_urn(plain))
		return true;
	return (colon == NULL || scim_is_urn(pnstrdup(plain, colon - plain))) &&
		are_names(pstrdup(colon ? colon + 1 : plain));
}

static void
check_path(const ScimMergeRules *rules, const char *path)
{
	StringInfoData plain;

	initStringInfo(&plain);
	append_text(&plain, path, false, true);
	if (strchr(plain.data, '['))
		throw_path(rules, path, "has other brackets than paths of conflicts have, such as "
				   "emails[type eq \"work\"] or emails[value eq \"a@example.com\"]");
	if (!is_path(plain.data))
		throw_path(rules, path, "is no path");
	pfree(plain.data);
}

/* Do the brackets stand behind an attribute that has values with parts? */
static bool
can_have_brackets(const ScimPath *path, const char *end)
{
	return path->attribute && path->attribute->multi_valued && path->attribute->sub &&
		*end == (path->sub ? '.' : '\0');
}

/* Is it, or anything in it or around it, never returned? */
static bool
is_hidden(const ScimPath *path)
{
	const ScimAttribute *attribute = path->attribute;

	if (attribute == NULL)
		return path->extension && scim_holds_hidden(path->extension->attributes);
	return attribute->returned == SCIM_NEVER || scim_holds_hidden(attribute->sub);
}

/* As the schemas spell it: they know the path without the brackets. */
static void
append_schema_path(StringInfo out, const ScimMergeRules *rules, const char *given,
				   bool for_function)
{
	const char *brackets = strchr(given, '[');
	const char *end = brackets ? skip_brackets(brackets) : NULL;
	char	   *plain = brackets ? psprintf("%.*s%s", (int) (brackets - given), given, end)
	: pstrdup(given);
	const char *problem;
	ScimPath	path;

	problem = scim_find_path(rules->type, plain, strlen(plain), false, &path);
	if (problem)
		throw_path(rules, given, problem);
	if (for_function && is_hidden(&path))
		throw_path(rules, given, "is never returned, or holds what is: no function is given that");
	if (brackets && !can_have_brackets(&path, end))
		throw_path(rules, given, "has brackets where there are no values to choose from");
	if (path.sub)
		path.text[strlen(path.text) - strlen(path.sub->name) - 1] = '\0';
	append_names(out, path.text);
	if (brackets)
		appendBinaryStringInfo(out, brackets, end - brackets);
	if (path.sub)
	{
		appendStringInfoChar(out, '.');
		append_names(out, path.sub->name);
	}
	pfree(plain);
}

/* ---- looking up ---- */

static const Rule *
find_rule(const ScimMergeRules *rules, const char *text, int length)
{
	uint64		hash = scim_text_hash(text, length);

	for (const ScimFound *found = scim_finder_first(&rules->finder, hash); found;
		 found = scim_finder_next(&rules->finder, found))
	{
		const Rule *rule = &rules->items[found->item];

		if (rule->text.len == length && memcmp(rule->text.data, text, length) == 0)
			return rule;
	}
	return NULL;
}

/* The longer one of "best" and what counts for a beginning of the path that ends with a name. */
static const Rule *
find_longest(const ScimMergeRules *rules, const char *text, const Rule *best)
{
	const char *at = text;

	for (;;)
	{
		const char *end = *at == '[' ? skip_brackets(at) : NULL;

		/* the end of the text is one, too */
		if (strchr(".:[", *at) && rules->lengths[at - text])
		{
			const Rule *rule = find_rule(rules, text, at - text);

			if (rule && (best == NULL || rule->text.len > best->text.len))
				best = rule;
		}
		if (*at == '\0')
			return best;
		at = end ? end : at + 1;
		if (at - text > rules->longest)
			return best;
	}
}

/* The rule that counts at the path, or NULL. */
static const Rule *
rule_of(const ScimMergeRules *rules, const char *path)
{
	const Rule *rule = NULL;
	StringInfoData text;

	if (rules->count > 0)
	{
		initStringInfo(&text);
		append_text(&text, path, true, true);
		rule = find_longest(rules, text.data, NULL);
		if (strchr(text.data, '['))
		{
			resetStringInfo(&text);
			append_text(&text, path, false, true);
			rule = find_longest(rules, text.data, rule);
		}
		pfree(text.data);
	}
	return rule ? rule : rules->all;
}

ScimMergeRule
scim_merge_rule_at(const ScimMergeRules *rules, const char *at, const char **path)
{
	const Rule *rule = rule_of(rules, at);

	if (path)
		*path = rule ? rule->path : NULL;
	return rule ? rule->rule : SCIM_MERGE_FAIL;
}

/* ---- functions ---- */

/* Is the rule's path that one, and not that of something around it? */
static bool
leads_to(const Rule *rule, const char *path)
{
	StringInfoData text;
	bool		leads;

	initStringInfo(&text);
	append_text(&text, path, true, true);
	leads = text.len == rule->text.len;
	resetStringInfo(&text);
	append_text(&text, path, false, true);
	leads |= text.len == rule->text.len;
	pfree(text.data);
	return leads;
}

bool
scim_is_for_function(const ScimMergeRules *rules, const char *at)
{
	const Rule *rule = rules->has_functions ? rule_of(rules, at) : NULL;

	return rule && rule->function && rule != rules->all && leads_to(rule, at);
}

bool
scim_call_merge_function(const ScimMergeRules *rules, const char *at,
						 const JsonbValue *const *of, const JsonbValue **result)
{
	const Rule *rule = rule_of(rules, at);

	if (rule == NULL || rule->function == NULL || (rule != rules->all && !leads_to(rule, at)))
		return false;
	return rules->functions->call(rules->type, rule->function, rule->path, of, result);
}

/* ---- reading ---- */

/* {"function": name}; NULL: it is none. */
static const char *
read_function(const JsonbValue *given)
{
	JsonbValue	name;

	if (!scim_is_object(given) || JsonContainerSize(given->val.binary.data) != 1 ||
		!scim_find(given->val.binary.data, rule_names[SCIM_MERGE_FUNCTION], &name) ||
		name.type != jbvString)
		return NULL;
	return scim_string_copy(&name);
}

static void
read_rule(const ScimMergeRules *rules, Rule *rule, const JsonbValue *given)
{
	char	   *shown;

	for (rule->rule = SCIM_MERGE_FAIL; rule->rule <= SCIM_MERGE_MIN; rule->rule++)
	{
		if (scim_string_is(given, rule_names[rule->rule]))
			return;
	}
	rule->rule = SCIM_MERGE_FUNCTION;
	rule->function = rules->functions ? read_function(given) : NULL;
	if (rule->function)
		return;
	shown = scim_shown_name(rule->path, strlen(rule->path));
	if (rules->functions)
		scim_throw_path(SCIM_BAD_RULE, shown, "the rule of \"%s\" must be fail, mine, theirs, "
						"counter, max, min or {\"function\": \"schema.name\"}", shown);
	scim_throw_path(SCIM_BAD_RULE, shown, "the rule of \"%s\" must be fail, mine, theirs, "
					"counter, max or min", shown);
}

/* Do the schemas have the path still? */
static bool
fits(const ScimResourceType *type, const char *given)
{
	const char *plain = scim_bare_path(given);
	ScimPath	path;

	return scim_find_path(type, plain, strlen(plain), false, &path) == NULL;
}

/* A path that says no more than one before in other letters would leave it to chance. */
static void
add_rule(ScimMergeRules *rules, Rule *rule)
{
	initStringInfo(&rule->text);
	check_path(rules, rule->path);
	if (rules->type)
		append_schema_path(&rule->text, rules, rule->path, !rules->stored && rule->function);
	else
		append_text(&rule->text, rule->path, true, true);
	if (find_rule(rules, rule->text.data, rule->text.len))
		throw_path(rules, rule->path, "is the path of another rule, too, in another spelling");
	scim_finder_add(&rules->finder, scim_text_hash(rule->text.data, rule->text.len),
					rules->count);
	rules->count++;
	rules->longest = Max(rules->longest, rule->text.len);
}

static void
read_rules(ScimMergeRules *rules, JsonbContainer *given)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	scim_walk(&walk, given);
	rules->items = palloc0(walk.count * sizeof(Rule));
	while (scim_walk_next(&walk, &key, &value))
	{
		/* "*" stands behind those that have a path */
		Rule	   *rule = &rules->items[scim_string_is(&key, "*") ? walk.count - 1 : rules->count];

		CHECK_FOR_INTERRUPTS();
		/* the place may be that of one that was left out */
		*rule = (Rule) {.path = scim_string_copy(&key)};
		read_rule(rules, rule, &value);
		if (scim_string_is(&key, "*"))
			rules->all = rule;
		else if (!rules->stored || fits(rules->type, rule->path))
			add_rule(rules, rule);
		if (rule->function && !rules->stored)
			rules->functions->check(rules->type, rule->function, rule->path);
		rules->counts |= rule->rule == SCIM_MERGE_COUNTER;
		rules->has_functions |= rule->function != NULL;
	}
}

/* Paths may be deep, and each has as many beginnings. */
static void
note_lengths(ScimMergeRules *rules)
{
	rules->lengths = palloc_extended(rules->longest + 1, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int i = 0; i < rules->count; i++)
		rules->lengths[rules->items[i].text.len] = true;
}

static const ScimMergeRules *
read_given(ScimMergeRules *rules, Jsonb *given)
{
	const char *name = rules->type ? "merge_rules" : "rules";
	JsonbValue	value;

	if (given == NULL)
		return rules;
	scim_root(given, &value);
	if (!scim_is_object(&value))
		scim_throw_path(SCIM_BAD_PARAMETER, name, "%-s must be %-s", name,
						scim_wanted_container(&value, "an object"));
	read_rules(rules, value.val.binary.data);
	note_lengths(rules);
	return rules;
}

const ScimMergeRules *
scim_read_merge_rules(const ScimResourceType *type, Jsonb *given)
{
	ScimMergeRules *rules = palloc0(sizeof(ScimMergeRules));

	rules->type = type;
	return read_given(rules, given);
}

const ScimMergeRules *
scim_read_stored_rules(const ScimResourceType *type, Jsonb *given,
					   const ScimMergeFunctions *functions, bool stored)
{
	ScimMergeRules *rules = palloc0(sizeof(ScimMergeRules));

	rules->type = type;
	rules->functions = functions;
	rules->stored = stored;
	return read_given(rules, given);
}
