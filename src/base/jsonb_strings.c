/*
 * jsonb_strings.c
 *		Small objects of strings, as jsonb from the start.
 */
#include "postgres.h"

#include "base/jsonb_strings.h"
#include "base/jsonb_tree.h"

/* Of so few children the first alone tells its end, not its length; these are the same. */
StaticAssertDecl(2 * SCIM_MOST_STRINGS < JB_OFFSET_STRIDE, "offsets");

JsonbValue *
scim_new_strings(const char *const *keys, const char *const *strings, int count)
{
	const char *children[2 * SCIM_MOST_STRINGS];
	Size		lengths[2 * SCIM_MOST_STRINGS];
	Size		size = offsetof(JsonbContainer, children) + 2 * count * sizeof(JEntry);
	Size		data_size = 0;
	JsonbValue *object;
	JsonbContainer *container;
	char	   *data;

	for (int i = 0; i < 2 * count; i++)
	{
		children[i] = i < count ? keys[i] : strings[i - count];
		lengths[i] = strlen(children[i]);
		data_size += lengths[i];
	}
	scim_check_children(data_size);
	object = palloc(sizeof(JsonbValue) + size + data_size);
	container = (JsonbContainer *) (object + 1);
	object->type = jbvBinary;
	object->val.binary.len = size + data_size;
	object->val.binary.data = container;
	container->header = count | JB_FOBJECT;
	data = (char *) container + size;
	for (int i = 0; i < 2 * count; i++)
	{
		container->children[i] = JENTRY_ISSTRING | (JEntry) lengths[i];
		memcpy(data, children[i], lengths[i]);
		data += lengths[i];
	}
	container->children[0] |= JENTRY_HAS_OFF;
	return object;
}
