/*
 * ids.c
 *		The ids that begin with a text.
 */
#include "postgres.h"

#include "base/ascii.h"
#include "base/compat.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "operation/ids.h"
#include "query/value.h"
#include "resource/target.h"
#include "statement/required.h"
#include "statement/sql.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/pg_locale.h"

/* What is looked for, and what was found. */
typedef struct Search
{
	ScimTarget	target;
	int			most;
	const char *id;				/* the id of a row r, in the order in which it is compared */
	List	   *found;
} Search;

/* Ids from one on (NULL: from the first) up to another, which is excluded if it is "below". */
typedef struct Range
{
	const char *low;
	const char *high;
	bool		below;
} Range;

/* ---- a range ---- */

static void
append_bound(ScimSql *sql, const Search *search, const char *operator, const char *id)
{
	if (id == NULL)
		return;
	scim_append_format(sql, " AND %s%s", search->id, operator);
	scim_append_id(sql, search->target.table, id);
}

static void
take_rows(Search *search, uint64 count)
{
	MemoryContext old;
	bool		isnull;

	for (uint64 i = 0; i < count; i++)
	{
		Datum		value = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull);

		CHECK_FOR_INTERRUPTS();
		old = MemoryContextSwitchTo(search->target.caller);
		search->found = lappend(search->found, scim_row_id(search->target.table, value, isnull));
		MemoryContextSwitchTo(old);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* As far as there is room. */
static void
read_range(Search *search, const Range *range)
{
	const ScimRegistration *table = search->target.table;
	int			left = search->most - list_length(search->found);
	ScimSql		sql;

	if (left <= 0)
		return;
	scim_init_sql(&sql, table, search->target.tenant, false);
	scim_append_template(&sql, "SELECT r.{id} FROM {table} AS r WHERE {in_tenant:r}", table);
	append_bound(&sql, search, SQL_OP(">="), range->low);
	append_bound(&sql, search, range->below ? SQL_OP("<") : SQL_OP("<="), range->high);
	scim_append_format(&sql, " ORDER BY %s LIMIT ", search->id);
	scim_append_argument(&sql, INT8OID, Int64GetDatum(left));
	take_rows(search, scim_run_sql(&sql, table));
}

/* ---- of each type ---- */

static void
read_texts(Search *search, const char *prefix)
{
	const ScimRegistration *table = search->target.table;
	Range		range = {.low = prefix, .high = scim_after_prefix(prefix), .below = true};
	Oid			type;
	int32		modifier;
	Oid			collation;

	/* the index of a key whose collation goes by bytes is in its order, under whatever name */
	get_atttypetypmodcoll(table->relid, table->numbers[SCIM_COLUMN_ID], &type, &modifier,
						  &collation);
	if (!scim_goes_by_bytes(collation))
		search->id = psprintf("(%s COLLATE pg_catalog.\"C\")", search->id);
	read_range(search, &range);
}

/* The text with what may follow it; NULL: no uuid is written so. */
static char *
fill_uuid(const char *prefix, char digit)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	char	   *text = pstrdup(form);

	if (strlen(prefix) > strlen(form))
		return NULL;
	for (int i = 0; form[i]; i++)
	{
		char		c = *prefix ? pg_ascii_tolower((unsigned char) *prefix++)
		: form[i] == '-' ? '-' : digit;

		if ((form[i] == '-') != (c == '-') || (c != '-' && !is_digit(c) && (c < 'a' || c > 'f')))
			return NULL;
		text[i] = c;
	}
	return text;
}

static void
read_uuids(Search *search, const char *prefix)
{
	Range		range = {.low = fill_uuid(prefix, '0'), .high = fill_uuid(prefix, 'f')};

	if (range.low)
		read_range(search, &range);
}

static char *
number_text(uint64 number, bool negative)
{
	return psprintf("%s" UINT64_FORMAT, negative ? "-" : "", number);
}

/*
 * Numbers of each length that begin with these digits, the shortest first: 12, 120 to 129, 1200
 * to 1299.  "largest" is that of the type on this side of 0.
 */
static void
read_numbers(Search *search, uint64 first, bool negative, uint64 largest)
{
	uint64		low = first;
	uint64		high = first;

	while (low <= largest)
	{
		char	   *near = number_text(low, negative);
		char	   *far = number_text(Min(high, largest), negative);
		Range		range = {.low = negative ? far : near, .high = negative ? near : far};

		read_range(search, &range);
		if (low == 0 || low > largest / 10)
			return;
		low *= 10;
		/* less than twice the former, so there is room for it */
		high = high * 10 + 9;
	}
}

static void
read_integers(Search *search, const char *prefix)
{
	bool		negative = prefix[0] == '-';
	const char *digits = prefix + (negative ? 1 : 0);
	uint64		largest = (UINT64CONST(1) << (8 * search->target.table->id_type->length - 1)) -
	(negative ? 0 : 1);
	uint64		first = 0;

	if (digits[0] == '\0')
	{
		Range		range = {.high = negative ? "-1" : NULL};

		read_range(search, &range);
		return;
	}
	/* as numbers are written: 0 has nothing behind it, nor a sign before it */
	if (digits[0] == '0' && (negative || digits[1] != '\0'))
		return;
	for (const char *p = digits; *p; p++)
	{
		if (!is_digit(*p) || first > (largest - (*p - '0')) / 10)
			return;
		first = first * 10 + (*p - '0');
	}
	read_numbers(search, first, negative, largest);
}

List *
scim_store_ids(const char *type, const char *tenant, const char *prefix, int most)
{
	Search		search = {.most = most};

	scim_begin_read(&search.target, type, tenant, false);
	search.id = psprintf("r.%s", search.target.table->columns[SCIM_COLUMN_ID]);
	switch (search.target.table->id_type->type)
	{
		case TEXTOID:
			read_texts(&search, prefix);
			break;
		case UUIDOID:
			read_uuids(&search, prefix);
			break;
		default:
			read_integers(&search, prefix);
	}
	scim_finish_read(&search.target);
	return search.found;
}
