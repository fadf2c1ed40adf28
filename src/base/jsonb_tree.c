/*
 * jsonb_tree.c
 *		Reading jsonb in place, and building it from a tree of JsonbValues.
 *
 * The layout that is read and written here is that of the server's
 * utils/jsonb.h: a header, one JEntry for each key and value, then their data
 * one after the other, numbers and containers aligned to 4 bytes.
 */
#include "postgres.h"

#include "base/jsonb_pairs.h"
#include "base/jsonb_tree.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

/* ---- reading ---- */

static inline int
child_count(const JsonbContainer *container)
{
	return JsonContainerIsObject(container) ?
		2 * JsonContainerSize(container) : JsonContainerSize(container);
}

void
scim_walk(ScimWalk *walk, JsonbContainer *container)
{
	int			size = JsonContainerSize(container);

	walk->container = container;
	walk->base = (char *) &container->children[child_count(container)];
	walk->keys_offset = 0;
	walk->values_offset = JsonContainerIsObject(container) ? getJsonbOffset(container, size) : 0;
	walk->next = 0;
	walk->count = size;
}

bool
scim_find(JsonbContainer *object, const char *key, JsonbValue *value)
{
	return getKeyJsonValueFromContainer(object, key, strlen(key), value) != NULL;
}

bool
scim_find_member(const JsonbValue *object, const char *key, JsonbValue *value)
{
	JsonbValue *found;

	if (object->type == jbvBinary)
		return scim_find(object->val.binary.data, key, value);
	found = scim_get(object, key, strlen(key));
	if (found)
		*value = *found;
	return found != NULL;
}

void
scim_root(Jsonb *jsonb, JsonbValue *value)
{
	if (!JsonbExtractScalar(&jsonb->root, value))
	{
		value->type = jbvBinary;
		value->val.binary.data = &jsonb->root;
		value->val.binary.len = VARSIZE(jsonb) - VARHDRSZ;
	}
}

bool
scim_is_object(const JsonbValue *value)
{
	return value->type == jbvObject ||
		(value->type == jbvBinary && JsonContainerIsObject(value->val.binary.data));
}

bool
scim_is_array(const JsonbValue *value)
{
	return value->type == jbvArray ||
		(value->type == jbvBinary && JsonContainerIsArray(value->val.binary.data));
}

char *
scim_string_copy(const JsonbValue *value)
{
	return pnstrdup(value->val.string.val, value->val.string.len);
}

bool
scim_is_unassigned(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvNull:
			return true;
		case jbvArray:
			return value->val.array.nElems == 0;
		case jbvObject:
			return value->val.object.nPairs == 0;
		case jbvBinary:
			return JsonContainerSize(value->val.binary.data) == 0;
		default:
			return false;
	}
}

/* ---- building ---- */

JsonbValue *
scim_new_object(void)
{
	JsonbValue *object = palloc(sizeof(JsonbValue));

	object->type = jbvObject;
	object->val.object.nPairs = 0;
	object->val.object.pairs = NULL;
	return object;
}

JsonbValue *
scim_new_array(void)
{
	JsonbValue *array = palloc(sizeof(JsonbValue));

	array->type = jbvArray;
	array->val.array.nElems = 0;
	array->val.array.elems = NULL;
	array->val.array.rawScalar = false;
	return array;
}

/* Room for one more: the capacity is the power of two at or above the count, 8 at least. */
static void *
with_room(void *items, int count, Size size)
{
	if (count == 0)
		return palloc(8 * size);
	if (count >= 8 && (count & (count - 1)) == 0)
		return repalloc_huge(items, 2 * (Size) count * size);
	return items;
}

static JsonbPair *
new_pair(JsonbValue *object)
{
	int			count = object->val.object.nPairs++;

	object->val.object.pairs = with_room(object->val.object.pairs, count, sizeof(JsonbPair));
	return &object->val.object.pairs[count];
}

/* The first so many members of a container, as a tree. */
static JsonbValue *
open_first(JsonbContainer *container, int count)
{
	JsonbValue *tree;
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	child;

	scim_walk(&walk, container);
	if (JsonContainerIsObject(container))
	{
		tree = scim_new_object();
		while (walk.next < count && scim_walk_next(&walk, &key, &child))
		{
			JsonbPair  *pair = new_pair(tree);

			pair->key = key;
			pair->value = child;
		}
	}
	else
	{
		tree = scim_new_array();
		while (walk.next < count && scim_walk_next(&walk, NULL, &child))
			scim_append(tree, &child);
	}
	return tree;
}

JsonbValue *
scim_open(const JsonbValue *value)
{
	JsonbValue *tree;

	if (value->type == jbvBinary)
		return open_first(value->val.binary.data, JsonContainerSize(value->val.binary.data));
	tree = palloc(sizeof(JsonbValue));
	*tree = *value;
	return tree;
}

void
scim_change_copy(JsonbValue **copy, const ScimWalk *walk, const char *key, int key_length,
				 const JsonbValue *value)
{
	if (*copy == NULL)
		*copy = open_first(walk->container, walk->next - 1);
	if (value == NULL)
		return;
	if (key)
		scim_add(*copy, key, key_length, value);
	else
		scim_append(*copy, value);
}

JsonbValue *
scim_get(const JsonbValue *object, const char *key, int key_length)
{
	for (int i = 0; i < object->val.object.nPairs; i++)
	{
		JsonbPair  *pair = &object->val.object.pairs[i];

		if (pair->key.val.string.len == key_length &&
			memcmp(pair->key.val.string.val, key, key_length) == 0)
			return &pair->value;
	}
	return NULL;
}

void
scim_set(JsonbValue *object, const char *key, int key_length, const JsonbValue *value)
{
	JsonbValue *found = scim_get(object, key, key_length);

	if (found)
		*found = *value;
	else
		scim_add(object, key, key_length, value);
}

void
scim_add(JsonbValue *object, const char *key, int key_length, const JsonbValue *value)
{
	JsonbPair  *pair = new_pair(object);

	pair->key.type = jbvString;
	pair->key.val.string.val = unconstify(char *, key);
	pair->key.val.string.len = key_length;
	pair->value = *value;
}

bool
scim_remove(JsonbValue *object, const char *key, int key_length)
{
	JsonbValue *found = scim_get(object, key, key_length);
	JsonbPair  *pair;
	JsonbPair  *end;

	if (!found)
		return false;
	pair = (JsonbPair *) ((char *) found - offsetof(JsonbPair, value));
	end = object->val.object.pairs + object->val.object.nPairs;
	memmove(pair, pair + 1, (end - pair - 1) * sizeof(JsonbPair));
	object->val.object.nPairs--;
	return true;
}

void
scim_append(JsonbValue *array, const JsonbValue *value)
{
	int			count = array->val.array.nElems++;

	array->val.array.elems = with_room(array->val.array.elems, count, sizeof(JsonbValue));
	array->val.array.elems[count] = *value;
}

JsonbValue
scim_text(const char *string)
{
	JsonbValue	value;

	value.type = jbvString;
	value.val.string.val = unconstify(char *, string);
	value.val.string.len = strlen(string);
	return value;
}

void
scim_set_value(JsonbValue *object, const char *key, const JsonbValue *value)
{
	scim_set(object, key, strlen(key), value);
}

void
scim_set_text(JsonbValue *object, const char *key, const char *string)
{
	JsonbValue	value = scim_text(string);

	scim_set_value(object, key, &value);
}

void
scim_set_optional_text(JsonbValue *object, const char *key, const char *string)
{
	if (string)
		scim_set_text(object, key, string);
}

void
scim_set_text_or_null(JsonbValue *object, const char *key, const char *string)
{
	static const JsonbValue null = {.type = jbvNull};

	if (string)
		scim_set_text(object, key, string);
	else
		scim_set_value(object, key, &null);
}

void
scim_set_bool(JsonbValue *object, const char *key, bool boolean)
{
	JsonbValue	value;

	value.type = jbvBool;
	value.val.boolean = boolean;
	scim_set_value(object, key, &value);
}

void
scim_set_integer(JsonbValue *object, const char *key, int64 integer)
{
	JsonbValue	value;

	value.type = jbvNumeric;
	value.val.numeric = int64_to_numeric(integer);
	scim_set_value(object, key, &value);
}

void
scim_append_text(JsonbValue *array, const char *string)
{
	JsonbValue	value = scim_text(string);

	scim_append(array, &value);
}

JsonbValue *
scim_new_texts(const List *texts)
{
	JsonbValue *array = scim_new_array();
	ListCell   *cell;

	foreach(cell, texts)
		scim_append_text(array, lfirst(cell));
	return array;
}

/* ---- writing ---- */

/*
 * jsonb stores no length beyond 28 bits for a child, and the server limits the
 * number of an array's or object's children; the same limits, the same error.
 */
static void
check_size(Size size, Size limit, const char *what)
{
	if (size > limit)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("total size of jsonb %s exceeds the maximum of %zu bytes", what, limit)));
}

void
scim_check_children(Size size)
{
	check_size(size, JENTRY_OFFLENMASK, "container's elements");
}

typedef struct Writer
{
	char	   *data;			/* the datum under construction */
	Size		length;
	Size		capacity;
} Writer;

static Size
reserve(Writer *writer, Size size)
{
	Size		start = writer->length;

	if (start + size > writer->capacity)
	{
		writer->capacity = Max(2 * writer->capacity, start + size);
		writer->data = repalloc_huge(writer->data, writer->capacity);
	}
	writer->length += size;
	return start;
}

static void
put(Writer *writer, const void *bytes, Size size)
{
	Size		start = reserve(writer, size);

	memcpy(writer->data + start, bytes, size);
}

/* Containers and numbers stand at multiples of 4, counted from the start of the datum. */
static void
align(Writer *writer)
{
	Size		padding = INTALIGN(writer->length) - writer->length;
	Size		start = reserve(writer, padding);

	memset(writer->data + start, 0, padding);
}

static void write_container(Writer *writer, const JsonbValue *value);

/* Writes a child's data; returns its type bits. */
static JEntry
write_child(Writer *writer, const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvNull:
			return JENTRY_ISNULL;
		case jbvBool:
			return value->val.boolean ? JENTRY_ISBOOL_TRUE : JENTRY_ISBOOL_FALSE;
		case jbvString:
			put(writer, value->val.string.val, value->val.string.len);
			return JENTRY_ISSTRING;
		case jbvNumeric:
			align(writer);
			put(writer, value->val.numeric, VARSIZE_ANY(value->val.numeric));
			return JENTRY_ISNUMERIC;
		case jbvBinary:
			align(writer);
			put(writer, value->val.binary.data, value->val.binary.len);
			return JENTRY_ISCONTAINER;
		case jbvArray:
		case jbvObject:
			align(writer);
			write_container(writer, value);
			return JENTRY_ISCONTAINER;
		default:
			elog(ERROR, "unexpected jsonb value of type %d", (int) value->type);
	}
}

/*
 * Writes the child, and its JEntry: every JB_OFFSET_STRIDE'th tells its end,
 * the others their length.
 */
static void
write_entry(Writer *writer, Size entries, Size base, int index, const JsonbValue *value)
{
	Size		start = writer->length;
	JEntry		entry = write_child(writer, value);
	Size		end = writer->length - base;

	scim_check_children(end);
	if (index % JB_OFFSET_STRIDE == 0)
		entry |= JENTRY_HAS_OFF | (JEntry) end;
	else
		entry |= (JEntry) (writer->length - start);
	memcpy(writer->data + entries + index * sizeof(JEntry), &entry, sizeof(JEntry));
}

static void
write_container(Writer *writer, const JsonbValue *value)
{
	bool		is_object = value->type == jbvObject;
	int			count = is_object ? 0 : value->val.array.nElems;
	const JsonbPair **pairs = is_object ? scim_sorted_pairs(value, &count) : NULL;
	int			children = is_object ? 2 * count : count;
	uint32		header = count | (is_object ? JB_FOBJECT : JB_FARRAY);
	Size		entries;
	Size		base;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (!is_object && value->val.array.rawScalar)
		header |= JB_FSCALAR;
	put(writer, &header, sizeof(header));
	entries = reserve(writer, children * sizeof(JEntry));
	base = writer->length;
	for (int i = 0; i < count; i++)
	{
		if (is_object)
			write_entry(writer, entries, base, i, &pairs[i]->key);
		else
			write_entry(writer, entries, base, i, &value->val.array.elems[i]);
	}
	for (int i = 0; is_object && i < count; i++)
		write_entry(writer, entries, base, count + i, &pairs[i]->value);
	if (pairs)
		pfree(pairs);
}

Jsonb *
scim_write(const JsonbValue *value)
{
	Writer		writer;
	JsonbValue	scalar;

	writer.capacity = 1024;
	writer.data = palloc(writer.capacity);
	writer.length = 0;
	reserve(&writer, VARHDRSZ);

	if (value->type == jbvBinary)
		put(&writer, value->val.binary.data, value->val.binary.len);
	else if (IsAJsonbScalar(value))
	{
		scalar.type = jbvArray;
		scalar.val.array.nElems = 1;
		scalar.val.array.elems = unconstify(JsonbValue *, value);
		scalar.val.array.rawScalar = true;
		write_container(&writer, &scalar);
	}
	else
		write_container(&writer, value);
	check_size(writer.length, MaxAllocSize, "value");
	SET_VARSIZE(writer.data, writer.length);
	return (Jsonb *) writer.data;
}

/* Scalars that are compared where they lie; numbers are the server's to compare. */
static bool
is_simple(const JsonbValue *value)
{
	return value->type == jbvString || value->type == jbvBool || value->type == jbvNull;
}

static bool
same_simple(const JsonbValue *a, const JsonbValue *b)
{
	if (a->type != b->type)
		return false;
	if (a->type == jbvString)
		return a->val.string.len == b->val.string.len &&
			memcmp(a->val.string.val, b->val.string.val, a->val.string.len) == 0;
	return a->type == jbvNull || a->val.boolean == b->val.boolean;
}

bool
scim_equal(const JsonbValue *a, const JsonbValue *b)
{
	Jsonb	   *x;
	Jsonb	   *y;
	bool		equal;

	if (is_simple(a) && is_simple(b))
		return same_simple(a, b);
	x = scim_write(a);
	y = scim_write(b);
	equal = compareJsonbContainers(&x->root, &y->root) == 0;
	pfree(x);
	pfree(y);
	return equal;
}

Jsonb *
scim_write_in(MemoryContext context, const JsonbValue *value)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	Jsonb	   *written = scim_write(value);

	MemoryContextSwitchTo(old);
	return written;
}
