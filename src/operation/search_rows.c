/*
 * search_rows.c
 *		The rows of a root search: of all types in one order.
 *
 * Each type's part is read off its own indexes, phase by phase, as a list of that type is.
 * Rows with a value come out of all parts at once: of the rows that the parts begin with, the
 * least goes first.  Where a search is, is where it is in each part; so a row whose value does
 * not change is met once, whatever is written meanwhile to any of the tables.
 *
 * The values that are compared are those that the parts are ordered by.  Where a part has an
 * order of its own (a column's collation), its rows stay in that order.
 */
#include "postgres.h"

#include "base/jsonb_number.h"
#include "base/jsonb_tree.h"
#include "core/simple.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "operation/search_rows.h"
#include "statement/required.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

/* Rows that are left out are read in portions of this size, and only what they are ordered by. */
#define SKIPPED_ROWS 1000

/* Of a part that may have most of a page, or none of it, so many are read at first. */
#define FIRST_ROWS 16

/* ---- values of several types ---- */

/* Kinds of values, in their order. */
typedef enum ValueKind
{
	OF_BOOLEAN, OF_NUMBER, OF_INSTANT, OF_TEXT, OF_BYTES
} ValueKind;

typedef struct Value
{
	ValueKind	kind;
	JsonbValue	value;			/* OF_INSTANT: of microseconds; OF_BYTES: in hexadecimal digits */
} Value;

static void
read_value(const ScimOrder *order, Datum key, Value *result)
{
	int64_t		instant;

	result->value = scim_order_value(order, key);
	switch (result->value.type)
	{
		case jbvBool:
			result->kind = OF_BOOLEAN;
			return;
		case jbvNumeric:
			result->kind = order->attribute->type == SCIM_DATETIME ? OF_INSTANT : OF_NUMBER;
			return;
		case jbvString:
			break;
		default:				/* what stands for no value */
			result->value = scim_text("");
			break;
	}
	result->kind = order->attribute->type == SCIM_BINARY ? OF_BYTES : OF_TEXT;
	if (order->attribute->type == SCIM_DATETIME &&
		scim_read_datetime(result->value.val.string.val, result->value.val.string.len, &instant))
	{
		result->kind = OF_INSTANT;
		result->value.type = jbvNumeric;
		result->value.val.numeric = int64_to_numeric(instant);
	}
}

static int
compare_texts(const JsonbValue *a, const JsonbValue *b)
{
	int			common = Min(a->val.string.len, b->val.string.len);
	int			order = memcmp(a->val.string.val, b->val.string.val, common);

	return order ? order : a->val.string.len - b->val.string.len;
}

static int
compare_values(const Value *a, const Value *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	switch (a->kind)
	{
		case OF_BOOLEAN:
			return a->value.val.boolean - b->value.val.boolean;
		case OF_NUMBER:
		case OF_INSTANT:
			return DatumGetInt32(DirectFunctionCall2(numeric_cmp,
													 NumericGetDatum(a->value.val.numeric),
													 NumericGetDatum(b->value.val.numeric)));
		default:
			return compare_texts(&a->value, &b->value);
	}
}

/* ---- parts ---- */

/* The phase of the part that belongs to that of the search; false: it has none. */
static bool
find_phase(const ScimSearchPart *part, ScimSearchPhase phase, ScimPhase *result)
{
	const ScimOrder *order = &part->selection.order;

	if (order->phase_count > 1)
		*result = phase == SCIM_BY_VALUE ? SCIM_PHASE_VALUES : SCIM_PHASE_MISSING;
	else
		*result = SCIM_PHASE_ALL;
	/* every resource has an id */
	return order->phase_count > 1 || order->by_id == (phase == SCIM_BY_VALUE);
}

static ScimListPoint *
copy_point(const ScimSearchPart *part, SPITupleTable *rows, uint64 index)
{
	ScimListPoint *point = palloc0(sizeof(ScimListPoint));
	int16		length;
	bool		by_value;

	scim_row_point(&part->selection, rows, index, point);
	if (point->phase == SCIM_PHASE_VALUES)
	{
		get_typlenbyval(part->selection.order.key_type, &length, &by_value);
		point->key = datumCopy(point->key, by_value, length);
	}
	return point;
}

static void
next_phase(ScimSearch *search)
{
	search->phase++;
	search->part = 0;
	for (int i = 0; i < search->part_count; i++)
		search->parts[i].point = NULL;
}

/* ---- the page ---- */

static void
add_row(ScimSearch *search, int part, SPITupleTable *rows, uint64 index)
{
	ScimListing *listing = &search->listing;
	ScimListedRow *row;

	if (listing->count == (uint64) search->room)
	{
		search->room = 2 * search->room + 16;
		listing->rows = listing->rows
			? repalloc(listing->rows, search->room * sizeof(ScimListedRow))
			: palloc(search->room * sizeof(ScimListedRow));
		search->row_parts = search->row_parts
			? repalloc(search->row_parts, search->room * sizeof(int))
			: palloc(search->room * sizeof(int));
		search->row_phases = search->row_phases
			? repalloc(search->row_phases, search->room * sizeof(int))
			: palloc(search->room * sizeof(int));
	}
	row = &listing->rows[listing->count];
	row->target = search->parts[part].selection.target;
	row->rows = rows;
	row->index = index;
	search->row_parts[listing->count] = part;
	search->row_phases[listing->count++] = search->phase;
}

/* ---- by type ---- */

/* The rows of the part from the offset; what is left of the offset for those behind it. */
static int64
read_part(ScimSearch *search, ScimPhase phase, int64 offset, int64 limit)
{
	ScimSearchPart *part = &search->parts[search->part];
	SPITupleTable *rows;
	uint64		count;

	rows = scim_read_phase(&part->selection, phase, part->point, offset, limit, false, &count);
	for (uint64 i = 0; i < count; i++)
		add_row(search, search->part, rows, i);
	if (count > 0 || offset == 0)
		return 0;
	return Max(offset - scim_count_phase(&part->selection, phase), 0);
}

static int64
read_by_type(ScimSearch *search, int64 offset, int64 limit)
{
	for (; search->part < search->part_count; search->part++)
	{
		ScimPhase	phase;

		CHECK_FOR_INTERRUPTS();
		if (find_phase(&search->parts[search->part], SCIM_BY_TYPE, &phase))
			offset = read_part(search, phase, offset, limit - search->listing.count);
		if ((int64) search->listing.count == limit)
			break;
	}
	return offset;
}

/* ---- by value ---- */

/* A part, row by row. */
typedef struct Stream
{
	int			part;
	ScimPhase	phase;
	SPITupleTable *rows;		/* a portion of them */
	Value	   *values;			/* that they are ordered by */
	MemoryContext memory;		/* of those */
	uint64		count;
	uint64		next;			/* that comes first */
	bool		is_last;		/* there is no other portion */
} Stream;

typedef struct Merge
{
	ScimSearch *search;
	Stream	   *streams;
	int			count;
	bool		keys;			/* the rows themselves are not wanted */
} Merge;

static void
read_values(const ScimSearchPart *part, Stream *stream)
{
	const ScimOrder *order = &part->selection.order;
	MemoryContext old;

	MemoryContextReset(stream->memory);
	old = MemoryContextSwitchTo(stream->memory);
	stream->values = palloc(Max(stream->count, 1) * sizeof(Value));
	for (uint64 i = 0; i < stream->count; i++)
	{
		TupleDesc	descriptor = stream->rows->tupdesc;
		HeapTuple	tuple = stream->rows->vals[i];
		Value	   *value = &stream->values[i];
		bool		isnull;
		Datum		datum = SPI_getbinval(tuple, descriptor, order->by_id ? 1 : descriptor->natts,
										  &isnull);

		CHECK_FOR_INTERRUPTS();
		if (!order->by_id)
		{
			read_value(order, datum, value);
			continue;
		}
		value->kind = OF_TEXT;
		value->value = scim_text(scim_row_id(part->selection.target->table, datum, isnull));
	}
	MemoryContextSwitchTo(old);
}

/* Is there a row?  Reads so many, if none is at hand. */
static bool
has_row(Merge *merge, Stream *stream, int64 wanted)
{
	ScimSearchPart *part = &merge->search->parts[stream->part];

	if (stream->next < stream->count || stream->is_last)
		return stream->next < stream->count;
	if (stream->count > 0)
		part->point = copy_point(part, stream->rows, stream->count - 1);
	if (stream->rows && merge->keys)
		SPI_freetuptable(stream->rows);
	stream->rows = scim_read_phase(&part->selection, stream->phase, part->point, 0, wanted,
								   merge->keys, &stream->count);
	stream->next = 0;
	stream->is_last = (int64) stream->count < wanted;
	read_values(part, stream);
	return stream->count > 0;
}

/* Among equal ones the part that comes first. */
static Stream *
find_least(Merge *merge, int64 wanted)
{
	Stream	   *least = NULL;

	for (int i = 0; i < merge->count; i++)
	{
		Stream	   *stream = &merge->streams[i];
		int			order;

		if (!has_row(merge, stream, wanted))
			continue;
		order = least == NULL ? -1
			: compare_values(&stream->values[stream->next], &least->values[least->next]);
		if (least && merge->search->descending)
			order = -order;
		if (order < 0)
			least = stream;
	}
	return least;
}

static void
begin_merge(ScimSearch *search, bool keys, Merge *merge)
{
	merge->search = search;
	merge->keys = keys;
	merge->count = 0;
	merge->streams = palloc0(Max(search->part_count, 1) * sizeof(Stream));
	for (int i = 0; i < search->part_count; i++)
	{
		Stream	   *stream = &merge->streams[merge->count];

		stream->part = i;
		if (!find_phase(&search->parts[i], SCIM_BY_VALUE, &stream->phase))
			continue;
		stream->memory = AllocSetContextCreate(CurrentMemoryContext, "scimver search",
											   ALLOCSET_SMALL_SIZES);
		merge->count++;
	}
}

/* Moves the parts behind so many rows; how many more there would have to be. */
static int64
skip(ScimSearch *search, int64 offset)
{
	Merge		merge;

	begin_merge(search, true, &merge);
	for (; offset > 0; offset--)
	{
		Stream	   *least = find_least(&merge, Min(offset, SKIPPED_ROWS));

		CHECK_FOR_INTERRUPTS();
		if (least == NULL)
			break;
		least->next++;
	}
	for (int i = 0; i < merge.count; i++)
	{
		Stream	   *stream = &merge.streams[i];
		ScimSearchPart *part = &search->parts[stream->part];

		if (stream->next > 0)
			part->point = copy_point(part, stream->rows, stream->next - 1);
		if (stream->rows)
			SPI_freetuptable(stream->rows);
		MemoryContextDelete(stream->memory);
	}
	return offset;
}

static int64
read_by_value(ScimSearch *search, int64 offset, int64 limit)
{
	Merge		merge;

	if (offset > 0)
		offset = skip(search, offset);
	if (offset > 0)
		return offset;
	begin_merge(search, false, &merge);
	while ((int64) search->listing.count < limit)
	{
		int64		left = limit - search->listing.count;
		Stream	   *least = find_least(&merge, Min(left, left / Max(merge.count, 1) + FIRST_ROWS));

		CHECK_FOR_INTERRUPTS();
		if (least == NULL)
			break;
		add_row(search, least->part, least->rows, least->next++);
	}
	return 0;
}

/* ---- where the rows of a list come from ---- */

static void
read_rows(ScimSearch *search, int64 offset, int64 limit)
{
	while (search->phase < search->phase_count)
	{
		if (search->phases[search->phase] == SCIM_BY_VALUE)
			offset = read_by_value(search, offset, limit);
		else
			offset = read_by_type(search, offset, limit);
		if ((int64) search->listing.count == limit)
			return;
		next_phase(search);
	}
}

static void
read_at(ScimListing *listing, int64 offset, int64 limit)
{
	read_rows((ScimSearch *) listing, offset, limit);
	/* what came to its end was counted on the way */
	if ((int64) listing->count < limit && (listing->count > 0 || offset == 0))
		listing->total = offset + listing->count;
}

static int64
count_rows(ScimListing *listing, int64 most)
{
	const ScimSearch *search = (ScimSearch *) listing;
	int64		count = 0;

	for (int i = 0; i < search->part_count && (most == 0 || count <= most); i++)
		count += scim_count_selection(&search->parts[i].selection,
									  most == 0 ? 0 : Max(most - count, 1));
	return most == 0 ? count : Min(count, most + 1);
}

/* Where the parts are behind the last row, which is in the phase that is under way. */
static JsonbValue *
write_points(ScimSearch *search)
{
	const ScimListing *listing = &search->listing;
	uint64		last = listing->count - 1;
	bool		by_value = search->phases[search->phase] == SCIM_BY_VALUE;
	JsonbValue *points = scim_new_object();

	for (uint64 i = by_value ? 0 : last; i < listing->count; i++)
	{
		ScimSearchPart *part = &search->parts[search->row_parts[i]];

		if (search->row_phases[i] == search->phase)
			part->point = copy_point(part, listing->rows[i].rows, listing->rows[i].index);
	}
	for (int i = 0; i < search->part_count; i++)
	{
		const ScimSearchPart *part = &search->parts[i];
		JsonbValue	point;

		/* by type, those before are done */
		if (part->point == NULL || (!by_value && i != search->row_parts[last]))
			continue;
		scim_root(scim_write_point(&part->selection.order, part->point), &point);
		scim_set_value(points, part->selection.target->type->name, &point);
	}
	return points;
}

/* {"phase": 0, "parts": {"User": {"id": ..., "key": ...}, ...}} */
static Jsonb *
write_state(ScimListing *listing)
{
	ScimSearch *search = (ScimSearch *) listing;
	JsonbValue *state = scim_new_object();
	bool		is_begun = search->row_phases[listing->count - 1] == search->phase;

	/* the row behind the page may be the first of its phase */
	scim_set_integer(state, "phase", search->phase);
	scim_set_value(state, "parts", is_begun ? write_points(search) : scim_new_object());
	return scim_write(state);
}

/* The part of that name; else the one that comes behind it. */
static int
find_part(const ScimSearch *search, const char *name)
{
	for (int i = 0; i < search->part_count; i++)
	{
		int			order = strcmp(search->parts[i].selection.target->type->name, name);

		if (order == 0 || (order > 0) != search->descending)
			return i;
	}
	return search->part_count;
}

/* What belongs to a type that is not there any more is left out. */
static bool
read_points(ScimSearch *search, const JsonbValue *parts)
{
	bool		by_value = search->phases[search->phase] == SCIM_BY_VALUE;
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	state;

	scim_walk(&walk, parts->val.binary.data);
	while (scim_walk_next(&walk, &key, &state))
	{
		char	   *name = scim_string_copy(&key);
		int			index = find_part(search, name);
		ScimSearchPart *part = &search->parts[index];
		ScimPhase	phase;

		if (!by_value)
			search->part = index;
		if (index == search->part_count ||
			strcmp(part->selection.target->type->name, name) != 0)
			continue;
		if (!scim_is_object(&state) ||
			!scim_read_point(part->selection.target->table, &part->selection.order,
							 scim_write(&state), &part->at) ||
			!find_phase(part, search->phases[search->phase], &phase) || part->at.phase != phase)
			return false;
		part->point = &part->at;
	}
	return true;
}

static bool
read_after(ScimListing *listing, Jsonb *state, int64 limit)
{
	ScimSearch *search = (ScimSearch *) listing;
	JsonbValue	phase;
	JsonbValue	parts;

	if (state)
	{
		if (!JB_ROOT_IS_OBJECT(state) || !scim_find(&state->root, "phase", &phase) ||
			phase.type != jbvNumeric || !scim_find(&state->root, "parts", &parts) ||
			!scim_is_object(&parts))
			return false;
		search->phase = (int) scim_number_integer(&phase);
		if (search->phase < 0 || search->phase >= search->phase_count ||
			!read_points(search, &parts))
			return false;
	}
	read_rows(search, 0, limit);
	return true;
}

const ScimListSource scim_search_source = {
	.has_types = true,
	.read_at = read_at,
	.read_after = read_after,
	.count = count_rows,
	.state = write_state,
};
