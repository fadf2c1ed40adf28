/*
 * mapping_words.h
 *		What stands in a mapping for a column: its name, or an object.
 */
#ifndef SCIM_REGISTRY_MAPPING_WORDS_H
#define SCIM_REGISTRY_MAPPING_WORDS_H

#include "column/mapped.h"
#include "utils/jsonb.h"
#include "utils/relcache.h"

/* The members that an object may have beside "column". */
#define SCIM_WORD_FORMAT	0x01
#define SCIM_WORD_MODE		0x02
#define SCIM_WORD_VALUES	0x04
#define SCIM_WORD_COMPARE	0x08

typedef struct ScimColumnWords
{
	char	   *column;
	ScimFormat	format;
	bool		read_only;
	JsonbContainer *values;		/* {code: value}, or NULL */
	bool		has_compare;
	ScimCompare compare;
} ScimColumnWords;

/*
 * What the mapping says under a key (a path of an attribute); "allowed":
 * SCIM_WORD_...; 0: only a name.
 */
extern void scim_read_column_words(Relation relation, const char *key, const JsonbValue *value,
								   int allowed, ScimColumnWords *words);

extern const char *scim_compare_name(ScimCompare compare);

#endif							/* SCIM_REGISTRY_MAPPING_WORDS_H */
