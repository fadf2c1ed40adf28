/*
 * jsonb_tree.h
 *		Reading jsonb in place, and building it from a tree of JsonbValues.
 *
 * The server's JsonbIterator and pushJsonbValue visit every node.  Here a
 * container that is not looked into stays what it is (jbvBinary) and is copied
 * as one piece of memory when the tree is written.
 */
#ifndef SCIM_BASE_JSONB_TREE_H
#define SCIM_BASE_JSONB_TREE_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/jsonb.h"

/*
 * Reading.  One step per member of an object or element of an array, in stored
 * order; containers come as jbvBinary.  A scalar at the top level is an array
 * of one element with JsonContainerIsScalar.
 */
typedef struct ScimWalk
{
	JsonbContainer *container;
	char	   *base;			/* start of the children's data */
	uint32		keys_offset;	/* objects: offset of the next key's data */
	uint32		values_offset;	/* offset of the next value's (element's) data */
	int			next;			/* index of the next member */
	int			count;			/* members in all */
} ScimWalk;

extern void scim_walk(ScimWalk *walk, JsonbContainer *container);

/* Fills in the child whose data starts at "offset", and moves the offset past it. */
static inline void
scim_read_child(const ScimWalk *walk, int index, uint32 *offset, JsonbValue *value)
{
	JEntry		entry = walk->container->children[index];
	uint32		start = *offset;

	JBE_ADVANCE_OFFSET(*offset, entry);
	if (JBE_ISSTRING(entry))
	{
		value->type = jbvString;
		value->val.string.val = walk->base + start;
		value->val.string.len = *offset - start;
	}
	else if (JBE_ISCONTAINER(entry))
	{
		value->type = jbvBinary;
		value->val.binary.data = (JsonbContainer *) (walk->base + INTALIGN(start));
		value->val.binary.len = *offset - INTALIGN(start);
	}
	else if (JBE_ISNUMERIC(entry))
	{
		value->type = jbvNumeric;
		value->val.numeric = (Numeric) (walk->base + INTALIGN(start));
	}
	else if (JBE_ISNULL(entry))
		value->type = jbvNull;
	else
	{
		value->type = jbvBool;
		value->val.boolean = JBE_ISBOOL_TRUE(entry);
	}
}

/* The next member of an object, the key as it is: false at the end. */
static inline bool
scim_walk_member(ScimWalk *walk, const char **key, int *length, JsonbValue *value)
{
	uint32		start = walk->keys_offset;

	if (walk->next >= walk->count)
		return false;
	/* a key is always a string */
	JBE_ADVANCE_OFFSET(walk->keys_offset, walk->container->children[walk->next]);
	*key = walk->base + start;
	*length = walk->keys_offset - start;
	scim_read_child(walk, walk->next + walk->count, &walk->values_offset, value);
	walk->next++;
	return true;
}

/* The next element of an array: false at the end. */
static inline bool
scim_walk_element(ScimWalk *walk, JsonbValue *value)
{
	if (walk->next >= walk->count)
		return false;
	scim_read_child(walk, walk->next++, &walk->values_offset, value);
	return true;
}

/* The next of either: false at the end.  "key" may be NULL, and is empty for arrays. */
static inline bool
scim_walk_next(ScimWalk *walk, JsonbValue *key, JsonbValue *value)
{
	const char *start = walk->base;
	int			length = 0;

	if (!(JsonContainerIsObject(walk->container)
		  ? scim_walk_member(walk, &start, &length, value)
		  : scim_walk_element(walk, value)))
		return false;
	if (key)
	{
		key->type = jbvString;
		key->val.string.val = (char *) start;
		key->val.string.len = length;
	}
	return true;
}

/* The value of a member of an object as stored: false if there is none. */
extern bool scim_find(JsonbContainer *object, const char *key, JsonbValue *value);

/* The same of an object as a tree or binary; "value" refers to it. */
extern bool scim_find_member(const JsonbValue *object, const char *key, JsonbValue *value);

/* The root of a jsonb as a value: a scalar, or jbvBinary. */
extern void scim_root(Jsonb *jsonb, JsonbValue *value);

/* Is the value an object (array), as a tree or binary? */
extern bool scim_is_object(const JsonbValue *value);
extern bool scim_is_array(const JsonbValue *value);

/*
 * Are the strings equal?  (A jbvString against a C string.)  Inline, so that a
 * constant's length is one.
 */
static inline bool
scim_string_is(const JsonbValue *value, const char *string)
{
	return value->type == jbvString && value->val.string.len == (int) strlen(string) &&
		memcmp(value->val.string.val, string, strlen(string)) == 0;
}

/* A palloc'd C string of a jbvString. */
extern char *scim_string_copy(const JsonbValue *value);

/*
 * Is the value unassigned in the sense of RFC 7643 section 2.5: null, [] or {}
 * (as given, not in depth)?
 */
extern bool scim_is_unassigned(const JsonbValue *value);

/*
 * Building.  Objects keep the order in which members are set; the writer sorts.
 * Keys and strings are referenced, not copied.
 */
extern JsonbValue *scim_new_object(void);
extern JsonbValue *scim_new_array(void);

/* An array of strings, of a list of char *. */
extern JsonbValue *scim_new_texts(const List *texts);

/*
 * A binary container one level opened, as a tree that can be changed; a tree is
 * returned as it is.
 */
extern JsonbValue *scim_open(const JsonbValue *value);

/*
 * A container that is read member by member, and becomes the same one or
 * another: "copy" (NULL at first) is made when the first member does not stay
 * what it is.  "value" is what becomes of the member that the walk has just come
 * to, in an object under the name "key"; NULL: it is left out.
 */
extern void scim_change_copy(JsonbValue **copy, const ScimWalk *walk, const char *key,
							 int key_length, const JsonbValue *value);

static inline void
scim_copy_member(JsonbValue **copy, const ScimWalk *walk, bool stays, const char *key,
				 int key_length, const JsonbValue *value)
{
	if (*copy || !stays)
		scim_change_copy(copy, walk, key, key_length, value);
}

/*
 * Trees only.  The member's value, or NULL; the pointer is valid until the next
 * change of the object.
 */
extern JsonbValue *scim_get(const JsonbValue *object, const char *key, int key_length);
extern void scim_set(JsonbValue *object, const char *key, int key_length, const JsonbValue *value);

/* Adds a key that is not there. */
extern void scim_add(JsonbValue *object, const char *key, int key_length, const JsonbValue *value);
extern bool scim_remove(JsonbValue *object, const char *key, int key_length);
extern void scim_append(JsonbValue *array, const JsonbValue *value);

/* Shorthands for building; "key" is a C string that outlives the tree. */
extern void scim_set_text(JsonbValue *object, const char *key, const char *string);

/* The same, unless the string is NULL. */
extern void scim_set_optional_text(JsonbValue *object, const char *key, const char *string);

/* The same, or null in its place. */
extern void scim_set_text_or_null(JsonbValue *object, const char *key, const char *string);
extern void scim_set_bool(JsonbValue *object, const char *key, bool value);
extern void scim_set_integer(JsonbValue *object, const char *key, int64 value);
extern void scim_set_value(JsonbValue *object, const char *key, const JsonbValue *value);
extern void scim_append_text(JsonbValue *array, const char *string);
extern JsonbValue scim_text(const char *string);

/* Equality of content as stored: numbers by value, objects without order. */
extern bool scim_equal(const JsonbValue *a, const JsonbValue *b);

/* The server's error if what the children of one container take, in bytes, is too much. */
extern void scim_check_children(Size size);

/* The tree as one jsonb in the current memory context.  Later duplicates of a key win. */
extern Jsonb *scim_write(const JsonbValue *value);

/* The same in that one. */
extern Jsonb *scim_write_in(MemoryContext context, const JsonbValue *value);

#endif							/* SCIM_BASE_JSONB_TREE_H */
