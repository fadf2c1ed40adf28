/*
 * rules.c
 *		The rules of a profile, read from its document.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/rules.h"

const ScimRules scim_strict_rules = {0};

/* A rule: its name, where it stands, and the words for off and on (NULL: false and true). */
typedef struct Rule
{
	const char *name;
	size_t		offset;
	const char *off;
	const char *on;
} Rule;

#define SWITCH(name) CppAsString(name), offsetof(ScimRules, name)

static const Rule all_rules[] = {
	{SWITCH(filter)},
	{SWITCH(coerce)},
	{SWITCH(path_keys)},
	{SWITCH(create_target)},
	{SWITCH(remove_absent)},
	{SWITCH(simple_complex)},
	{SWITCH(empty_clears)},
	{SWITCH(loose_envelope)},
	{SWITCH(member_forms)},
	{SWITCH(unknown_attributes)},
	{SWITCH(own_read_only)},
	{"absent_members", offsetof(ScimRules, absent_members), "refuse", "skip"},
	{SWITCH(same_values)},
	{SWITCH(group_patch_204)},
	{SWITCH(full_replace)},
};

static const Rule *
find_rule(const JsonbValue *name)
{
	for (int i = 0; i < (int) lengthof(all_rules); i++)
	{
		if (scim_string_is(name, all_rules[i].name))
			return &all_rules[i];
	}
	return NULL;
}

static bool
read_rule(const Rule *rule, const JsonbValue *value)
{
	if (rule->on == NULL && value->type == jbvBool)
		return value->val.boolean;
	if (rule->on && value->type == jbvString && scim_string_is(value, rule->on))
		return true;
	if (rule->on && value->type == jbvString && scim_string_is(value, rule->off))
		return false;
	if (rule->on)
		scim_throw_path(SCIM_BAD_RULES, rule->name, "%s must be \"%s\" or \"%s\"", rule->name,
						rule->off, rule->on);
	scim_throw_path(SCIM_BAD_RULES, rule->name, "%s must be true or false", rule->name);
}

void
scim_read_rules(Jsonb *document, ScimRules *rules)
{
	JsonbValue	root;
	JsonbValue	key;
	JsonbValue	value;
	ScimWalk	walk;

	*rules = scim_strict_rules;
	scim_root(document, &root);
	if (!scim_is_object(&root))
		scim_throw_path(SCIM_BAD_RULES, "rules", "the rules of a profile must be an object");
	scim_walk(&walk, root.val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		const Rule *rule = find_rule(&key);
		char	   *name;

		if (rule == NULL)
		{
			name = scim_shown_name(key.val.string.val, key.val.string.len);
			scim_throw_path(SCIM_BAD_RULES, name, "there is no rule \"%s\"", name);
		}
		*((bool *) ((char *) rules + rule->offset)) = read_rule(rule, &value);
	}
}
