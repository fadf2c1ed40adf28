/*
 * new_id.c
 *		The id that a new row would get.
 */
#include "postgres.h"

#include "resource/new_id.h"

char *
scim_draw_id(const ScimRegistration *table)
{
	return NULL;
}
