/*
 * paging.c
 *		A page of a list, whatever it is a list of: by index (RFC 7644 section 3.4.2.4) or by
 *		cursor (RFC 9865), and as a ListResponse.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "base/progress.h"
#include "base/settings.h"
#include "core/canonical.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "operation/cursor.h"
#include "operation/paging.h"
#include "resource/show.h"
#include "resource/version.h"
#include "statement/required.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/memutils.h"

/* An answer is no larger; documents that are shown are read in portions of these sizes. */
#define LARGEST_ANSWER (64 * 1024 * 1024)
#define PORTION_BYTES (8 * 1024 * 1024)
#define PORTION_ROWS 100

char *
scim_cursor_kind(const char *const *parts, int count)
{
	StringInfoData kind;

	initStringInfo(&kind);
	for (int i = 0; i < count; i++)
		escape_json(&kind, parts[i] ? parts[i] : "");
	return kind.data;
}

/* ---- the page ---- */

static SCIM_NORETURN void throw_too_many(int most);

static void
throw_too_many(int most)
{
	ScimError  *error = scim_error(SCIM_TOO_MANY);

	scim_error_integer(error, "limit", most);
	scim_throw(error, "more than %d resources match", most);
}

/* How far is counted (0: to the end): where more are refused, so far that it is known. */
static int
most_counted(const ScimListing *listing)
{
	return scim_setting_max_results > 0 ? scim_setting_max_results : listing->query->most_counted;
}

/* From the page if it tells. */
static void
find_total(ScimListing *listing)
{
	int			most = most_counted(listing);

	if (listing->total >= 0)
		return;
	listing->total = listing->source->count(listing, most);
	listing->at_least = most > 0 && listing->total > most;
	if (listing->at_least)
		listing->total = most;
}

static void
refuse_too_many(const ScimListing *listing)
{
	int			most = scim_setting_max_results;

	if (most > 0 && (listing->total > most || listing->at_least))
		throw_too_many(most);
}

/* Takes the row behind "limit" off the page, if it is there: then there are more. */
static void
cut_page(ScimListing *listing, int64 limit)
{
	listing->has_more = (int64) listing->count > limit;
	listing->count = Min((int64) listing->count, limit);
}

/*
 * Where the page reaches as far as is counted, a row behind it is looked for
 * instead: a count would not tell whether there is one.
 */
static void
read_by_index(ScimListing *listing)
{
	int			limit = Min(Max(listing->query->count, 0), scim_setting_max_page_size);
	int			most = most_counted(listing);
	int64		offset;
	bool		ahead;

	listing->start = Max(listing->query->start_index, 1);
	offset = listing->start - 1;
	ahead = limit > 0 && most > 0 && offset + limit >= most;
	if (limit > 0)
		listing->source->read_at(listing, offset, limit + (ahead ? 1 : 0));
	if (ahead)
		cut_page(listing, limit);
	listing->at_least = listing->has_more;
	if (listing->at_least)
		listing->total = offset + limit + 1;
	else
		find_total(listing);
	refuse_too_many(listing);
}

static void
read_by_cursor(ScimListing *listing)
{
	const ScimListQuery *query = listing->query;
	Jsonb	   *state = NULL;
	int			count = scim_cursor_count(query->count);

	if (query->cursor[0] != '\0')
		state = scim_read_cursor(listing->cursor_kind, query->cursor);
	/* one row more than the page has tells whether there are more */
	if (!listing->source->read_after(listing, state, count + 1))
		scim_throw_path(SCIM_INVALID_CURSOR, "cursor", "this is no cursor of this list");
	cut_page(listing, count);
	listing->total = -1;
	if (query->include_total)
	{
		find_total(listing);
		refuse_too_many(listing);
	}
	if (listing->has_more)
		listing->next_cursor = scim_write_cursor(listing->cursor_kind,
												 listing->source->state(listing));
}

void
scim_read_listing(ScimListing *listing)
{
	listing->total = -1;
	if (listing->cursor_kind)
		read_by_cursor(listing);
	else
		read_by_index(listing);
	if (listing->query->at_least)
		*listing->query->at_least = listing->at_least;
}

/* ---- versions ---- */

static Datum
column(const ScimListedRow *row, int number, bool *isnull)
{
	return SPI_getbinval(row->rows->vals[row->index], row->rows->tupdesc, number, isnull);
}

static void
read_row(const ScimListedRow *listed, ScimRow *row)
{
	SPI_tuptable = listed->rows;
	scim_read_row(listed->target->table, listed->index, row);
}

static char *
row_version(const ScimListedRow *listed)
{
	bool		isnull;
	Datum		version = column(listed, 3, &isnull);
	ScimRow		row;

	if (!isnull)
		return TextDatumGetCString(version);
	read_row(listed, &row);
	return scim_know_version(listed->target->table, listed->target->tenant, &row);
}

/*
 * The version of the page: of how many there are, of the (types,) ids and versions that
 * it has, and of whether there are more.
 */
static char *
page_version(const ScimListing *listing)
{
	JsonbValue *content = scim_new_object();
	JsonbValue *rows = scim_new_array();
	char		version[SCIM_VERSION_SIZE + 1];

	for (uint64 i = 0; i < listing->count; i++)
	{
		const ScimListedRow *row = &listing->rows[i];
		bool		isnull;
		Datum		id = column(row, 1, &isnull);

		CHECK_FOR_INTERRUPTS();
		if (listing->source->has_types)
			scim_append_text(rows, row->target->type->name);
		scim_append_text(rows, scim_row_id(row->target->table, id, isnull));
		scim_append_text(rows, row_version(row));
	}
	scim_set_integer(content, "total", listing->total);
	scim_set_bool(content, "more", listing->has_more || listing->at_least);
	scim_set_value(content, "rows", rows);
	scim_form_version(scim_canonical_form(content), NULL, version);
	return pstrdup(version);
}

/* ---- the answer ---- */

/* The end of the portion that begins with a row. */
static uint64
portion_end(const ScimListing *listing, uint64 first)
{
	Size		size = 0;
	uint64		end = first;

	while (end < listing->count && end - first < PORTION_ROWS && size < PORTION_BYTES)
	{
		bool		isnull;
		Datum		data = column(&listing->rows[end++], 2, &isnull);

		size += isnull ? 0 : toast_raw_datum_size(data);
	}
	return end;
}

/* Shows those of so many rows that are of the type of the first that is not shown yet. */
static void
show_type(const ScimListedRow *listed, uint64 first, uint64 count, MemoryContext context,
		  Jsonb **shown)
{
	const ScimTarget *target = listed[first].target;
	ScimRow    *rows = palloc((count - first) * sizeof(ScimRow));
	Jsonb	  **of_type;
	uint64		found = 0;

	for (uint64 i = first; i < count; i++)
		if (listed[i].target == target)
			read_row(&listed[i], &rows[found++]);
	of_type = scim_show_rows(target->table, target->tenant, rows, found, SCIM_SHOWN_MEMBERS,
							 target->projection, context);
	for (uint64 i = count; i-- > first;)
		if (listed[i].target == target)
			shown[i] = of_type[--found];
}

/* Appends the resources of a portion; what is read to make them goes with its memory. */
static Size
show_portion(const ScimListedRow *listed, uint64 count, JsonbValue *resources)
{
	MemoryContext portion = AllocSetContextCreate(CurrentMemoryContext, "scimver list",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext answer = MemoryContextSwitchTo(portion);
	Jsonb	  **shown = palloc0(count * sizeof(Jsonb *));
	Size		size = 0;

	for (uint64 i = 0; i < count; i++)
		if (shown[i] == NULL)
			show_type(listed, i, count, answer, shown);
	MemoryContextSwitchTo(answer);
	for (uint64 i = 0; i < count; i++)
	{
		JsonbValue	resource;

		size += VARSIZE(shown[i]);
		scim_root(shown[i], &resource);
		scim_append(resources, &resource);
	}
	MemoryContextDelete(portion);
	return size;
}

typedef struct Showing
{
	const ScimListing *listing;
	JsonbValue *resources;
	bool		tells;			/* how far it is */
} Showing;

static void
show_portions(void *argument)
{
	const Showing *showing = argument;
	const ScimListing *listing = showing->listing;
	Size		size = 0;

	for (uint64 first = 0; first < listing->count;)
	{
		uint64		end = portion_end(listing, first);

		size += show_portion(listing->rows + first, end - first, showing->resources);
		if (size > LARGEST_ANSWER)
		{
			ScimError  *error = scim_error(SCIM_TOO_LARGE);

			scim_error_integer(error, "limit", LARGEST_ANSWER);
			scim_throw(error,
					   "the page is larger than %d bytes: ask for fewer resources or attributes",
					   LARGEST_ANSWER);
		}
		first = end;
		if (showing->tells)
			scim_tell_progress(end);
	}
}

/* What is one portion is shown before anybody could ask how far it is. */
static JsonbValue *
show_page(const ScimListing *listing)
{
	Showing		showing = {listing, scim_new_array()};

	showing.tells = portion_end(listing, 0) < listing->count;
	if (showing.tells)
		scim_run_with_progress(listing->count, show_portions, &showing);
	else
		show_portions(&showing);
	return showing.resources;
}

JsonbValue *
scim_listing_response(const ScimListing *listing)
{
	const ScimView *view = listing->query->view;
	JsonbValue *response = scim_new_object();
	JsonbValue *schemas = scim_new_array();
	char	   *version = page_version(listing);

	scim_append_text(schemas, SCIM_URN_LIST);
	scim_set_value(response, "schemas", schemas);
	scim_set_text(response, "version", version);
	if (view && view->known_version && strcmp(view->known_version, version) == 0)
	{
		scim_set_bool(response, "not_modified", true);
		return response;
	}
	if (listing->total >= 0)
		scim_set_integer(response, "totalResults", listing->total);
	if (listing->cursor_kind == NULL)
		scim_set_integer(response, "startIndex", listing->start);
	scim_set_integer(response, "itemsPerPage", listing->count);
	if (listing->next_cursor)
		scim_set_text(response, "nextCursor", listing->next_cursor);
	scim_set_value(response, "Resources", show_page(listing));
	return response;
}
