/*
 * filter_constant.c
 *		Conditions of which the type alone tells whether its resources meet them.
 */
#include "postgres.h"

#include "core/filter_constant.h"

ScimFilter *
scim_fold_filter(ScimFilter *filter)
{
	ScimFilter *left = filter->left;
	ScimFilter *right = filter->right;
	ScimFilterKind decides = filter->kind == SCIM_FILTER_OR ? SCIM_FILTER_ALWAYS
	: SCIM_FILTER_NEVER;

	switch (filter->kind)
	{
		case SCIM_FILTER_AND:
		case SCIM_FILTER_OR:
			if (left->kind == decides || right->kind == decides)
				return left->kind == decides ? left : right;
			if (left->kind >= SCIM_FILTER_NEVER)
				return right;
			return right->kind >= SCIM_FILTER_NEVER ? left : filter;
		case SCIM_FILTER_NOT:
			if (left->kind >= SCIM_FILTER_NEVER)
				filter->kind = left->kind == SCIM_FILTER_NEVER ? SCIM_FILTER_ALWAYS
					: SCIM_FILTER_NEVER;
			return filter;
		case SCIM_FILTER_VALUE_PATH:
			return left->kind == SCIM_FILTER_NEVER ? left : filter;
		default:
			return filter;
	}
}

bool
scim_type_name_matches(const char *name, ScimFilterOp op, const char *value)
{
	int			length = strlen(value);
	int			behind = (int) strlen(name) - length;

	switch (op)
	{
		case SCIM_EQ:
			return strcmp(name, value) == 0;
		case SCIM_NE:
			return strcmp(name, value) != 0;
		case SCIM_CO:
			return strstr(name, value) != NULL;
		case SCIM_SW:
			return strncmp(name, value, length) == 0;
		case SCIM_EW:
			return behind >= 0 && strcmp(name + behind, value) == 0;
		case SCIM_GT:
			return strcmp(name, value) > 0;
		case SCIM_GE:
			return strcmp(name, value) >= 0;
		case SCIM_LT:
			return strcmp(name, value) < 0;
		case SCIM_LE:
			return strcmp(name, value) <= 0;
	}
	return false;
}
