/*
 * mapping_words.c
 *		What stands in a mapping for a column: its name, or an object
 *		{"column": name, "format": ..., "mode": ..., "values": ..., "compare": ...}.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/jsonb_tree.h"
#include "registry/mapping_error.h"
#include "registry/mapping_words.h"
#include "utils/rel.h"

static const char *const formats[] = {"", "epoch_seconds", "epoch_milliseconds", NULL};
static const char *const modes[] = {"write", "read", NULL};
static const char *const compares[] = {"exact", "lower", "fold", NULL};

const char *
scim_compare_name(ScimCompare compare)
{
	return compares[compare];
}

static SCIM_NORETURN void bad_word(Relation relation, const char *key, const char *member,
								   const char *const *words);

static void
bad_word(Relation relation, const char *key, const char *member, const char *const *words)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; words[i]; i++)
	{
		if (words[i][0])
			appendStringInfo(&text, "%s\"%s\"",
							 text.len == 0 ? ""
							 : words[i + 1] ? ", "
							 : " or ",
							 words[i]);
	}
	scim_bad_mapping(relation, NULL, "\"%s\" of %s must be %-s", member, key, text.data);
}

/* The index of a word among those that it can be. */
static int
read_word(Relation relation, const char *key, const char *member, const JsonbValue *value,
		  const char *const *words)
{
	for (int i = 0; words[i]; i++)
	{
		if (words[i][0] && scim_string_is(value, words[i]))
			return i;
	}
	bad_word(relation, key, member, words);
}

static void
read_member(Relation relation, const char *key, const JsonbValue *member, const JsonbValue *value,
			int allowed, ScimColumnWords *words)
{
	if (scim_string_is(member, "column"))
	{
		if (value->type != jbvString)
			scim_bad_mapping(relation, NULL, "\"column\" of %s must be the name of a column", key);
		words->column = scim_string_copy(value);
	}
	else if ((allowed & SCIM_WORD_FORMAT) && scim_string_is(member, "format"))
		words->format = read_word(relation, key, "format", value, formats);
	else if ((allowed & SCIM_WORD_MODE) && scim_string_is(member, "mode"))
		words->read_only = read_word(relation, key, "mode", value, modes) == 1;
	else if ((allowed & SCIM_WORD_COMPARE) && scim_string_is(member, "compare"))
	{
		words->has_compare = true;
		words->compare = read_word(relation, key, "compare", value, compares);
	}
	else if ((allowed & SCIM_WORD_VALUES) && scim_string_is(member, "values"))
	{
		if (!scim_is_object(value) || JsonContainerSize(value->val.binary.data) == 0)
			scim_bad_mapping(relation, NULL,
							 "\"values\" of %s must be an object of codes and the values that they "
							 "stand for",
							 key);
		words->values = value->val.binary.data;
	}
	else
		scim_bad_mapping(relation, NULL, "\"%s\" is nothing that can be said of the column of %s",
						 scim_string_copy(member), key);
}

void
scim_read_column_words(Relation relation, const char *key, const JsonbValue *value, int allowed,
					   ScimColumnWords *words)
{
	ScimWalk	walk;
	JsonbValue	member;
	JsonbValue	item;

	memset(words, 0, sizeof(*words));
	if (value->type == jbvString)
	{
		words->column = scim_string_copy(value);
		return;
	}
	if (strcmp(key, "id") == 0 && scim_is_array(value))
		scim_bad_mapping(relation, NULL,
						 "an id is one column: of a table whose key has several, map a surrogate, "
						 "a column with a unique index of its own");
	if (allowed == 0 || !scim_is_object(value))
		scim_bad_mapping(relation, NULL, "\"%s\" must be the name of a column%s", key,
						 allowed ? ", or an object with \"column\"" : "");
	scim_walk(&walk, value->val.binary.data);
	while (scim_walk_next(&walk, &member, &item))
		read_member(relation, key, &member, &item, allowed, words);
	if (words->column == NULL)
		scim_bad_mapping(relation, NULL, "the object of %s must name its \"column\"", key);
}
