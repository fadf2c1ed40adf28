/*
 * mapped.c
 *		Mapped columns: how many values each holds.
 */
#include "postgres.h"

#include "column/mapped.h"

bool
scim_holds_values(const ScimMappedColumn *column)
{
	return column->attribute && column->attribute->multi_valued;
}

bool
scim_spreads(const ScimMappedColumn *column)
{
	return column->parsed.sub && column->parsed.attribute->multi_valued && !column->parsed.filter &&
		!column->attribute->multi_valued && scim_value_type(column)->is_array;
}
