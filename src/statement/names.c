/*
 * names.c
 *		Where the rows of a table keep what their resource is called.
 */
#include "postgres.h"

#include "statement/names.h"

static const ScimMappedColumn *
find_mapped(const ScimRegistration *registration, const char *path)
{
	for (int i = 0; i < registration->mapped_count; i++)
	{
		if (strcmp(registration->mapped[i].path, path) == 0)
			return &registration->mapped[i];
	}
	return NULL;
}

int
scim_name_places(const ScimRegistration *registration, ScimNamePlace places[SCIM_MOST_NAMES])
{
	static const char *const names[] = {"displayName", "userName"};
	int			count = 0;

	StaticAssertStmt(SCIM_MOST_NAMES == 2 * lengthof(names), "each name has two places");
	for (size_t i = 0; i < lengthof(names); i++)
	{
		const ScimMappedColumn *mapped = find_mapped(registration, names[i]);

		if (mapped)
			places[count++] = (ScimNamePlace) {mapped->column, mapped->number, mapped->type};
		if (registration->columns[SCIM_COLUMN_DATA] == NULL)
			continue;
		places[count].column = registration->columns[SCIM_COLUMN_DATA];
		places[count].number = registration->numbers[SCIM_COLUMN_DATA];
		places[count].type = registration->types[SCIM_COLUMN_DATA];
		places[count++].member = names[i];
	}
	return count;
}
