/*
 * jsonb_write.c
 *		A tree of JsonbValues as jsonb.
 *
 * The layout is that of the server's utils/jsonb.h: a header, one JEntry for
 * each key and value, then their data one after the other, numbers and
 * containers aligned to 4 bytes.  What is written is what the server would have
 * written, byte by byte.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "miscadmin.h"
#include "utils/memutils.h"

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

/* The order of jsonb: length first, then bytes. */
static int
compare_keys(const JsonbPair *a, const JsonbPair *b)
{
	const JsonbValue *x = &a->key;
	const JsonbValue *y = &b->key;

	if (x->val.string.len != y->val.string.len)
		return x->val.string.len > y->val.string.len ? 1 : -1;
	return memcmp(x->val.string.val, y->val.string.val, x->val.string.len);
}

/* For qsort: of equal keys, the one that was set first comes first. */
static int
compare_pairs(const void *a, const void *b)
{
	const JsonbPair *x = *(const JsonbPair *const *) a;
	const JsonbPair *y = *(const JsonbPair *const *) b;
	int			order = compare_keys(x, y);

	return order != 0 ? order : x < y ? -1 : 1;
}

/*
 * Merges the first "head" of the pairs, which are in order, with the others,
 * which were set after them: so of equal keys the last one is kept.
 */
static int
merge(const JsonbPair **pairs, int head, int count, const JsonbPair **merged)
{
	int			kept = 0;
	int			next = head;

	for (int i = 0; i < head || next < count;)
	{
		if (next == count || (i < head && compare_keys(pairs[i], pairs[next]) <= 0))
		{
			merged[kept++] = pairs[i++];
			continue;
		}
		if (kept > 0 && compare_keys(merged[kept - 1], pairs[next]) == 0)
			kept--;
		merged[kept++] = pairs[next++];
	}
	return kept;
}

static const JsonbPair **
new_pointers(int count)
{
	return palloc_extended(Max(count, 1) * sizeof(JsonbPair *), MCXT_ALLOC_HUGE);
}

/*
 * The object's pairs in jsonb's order, the last of equal keys kept.  The tree
 * itself stays as it is.  Most objects were opened from jsonb, and had a few
 * members set behind: only those are sorted.
 */
static const JsonbPair **
sorted_pairs(const JsonbValue *object, int *count)
{
	int			n = object->val.object.nPairs;
	const JsonbPair **pairs = new_pointers(n);
	const JsonbPair **merged;
	int			head = 1;

	for (int i = 0; i < n; i++)
		pairs[i] = &object->val.object.pairs[i];
	while (head < n && compare_keys(pairs[head - 1], pairs[head]) < 0)
		head++;
	*count = n;
	if (head >= n)
		return pairs;
	qsort(pairs + head, n - head, sizeof(JsonbPair *), compare_pairs);
	merged = new_pointers(n);
	*count = merge(pairs, head, n, merged);
	pfree(pairs);
	return merged;
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

	check_size(end, JENTRY_OFFLENMASK,
			   "container's elements");
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
	const JsonbPair **pairs = is_object ? sorted_pairs(value, &count) : NULL;
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

bool
scim_equal(const JsonbValue *a, const JsonbValue *b)
{
	Jsonb	   *x = scim_write(a);
	Jsonb	   *y = scim_write(b);
	bool		equal = compareJsonbContainers(&x->root, &y->root) == 0;

	pfree(x);
	pfree(y);
	return equal;
}
