/*
 * ddl.c
 *		Running DDL that is written with placeholders.
 */
#include "postgres.h"

#include "base/errors.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "statement/ddl.h"
#include "utils/guc.h"

static const char *
find_word(const ScimWord *words, const char *name, int length)
{
	for (; words->name; words++)
	{
		if (strlen(words->name) == (size_t) length && strncmp(words->name, name, length) == 0)
			return words->text;
	}
	return NULL;
}

void
scim_run_ddl(const char *text, const ScimWord *words)
{
	StringInfoData sql;
	int			nesting;
	int			result;

	initStringInfo(&sql);
	for (const char *p = text; *p; p++)
	{
		const char *end = *p == '{' ? strchr(p, '}') : NULL;
		const char *word = end ? find_word(words, p + 1, end - p - 1) : NULL;

		if (word)
		{
			appendStringInfoString(&sql, word);
			p = end;
		}
		else
			appendStringInfoChar(&sql, *p);
	}
	/* names of types and of operators stay the server's own, whatever the caller's path */
	nesting = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	result = SPI_execute(sql.data, false, 0);
	AtEOXact_GUC(true, nesting);
	if (result < 0)
		elog(ERROR, "could not execute \"%s\": %s", sql.data, SPI_result_code_string(result));
	pfree(sql.data);
}

char *
scim_found_values(void)
{
	StringInfoData text;
	uint64		told = Min(SPI_processed, strtoul(SCIM_FOUND, NULL, 10) - 1);

	initStringInfo(&text);
	for (uint64 i = 0; i < told; i++)
	{
		char	   *value = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);

		appendStringInfo(&text, "%s%s", i > 0 ? ", " : "",
						 scim_phrase("\"%s\"", value ? value : ""));
	}
	if (SPI_processed > told)
		appendStringInfoString(&text, " and more");
	return text.data;
}
