/*
 * texts.c
 *		Lists of texts.
 */
#include "postgres.h"

#include "base/texts.h"

bool
scim_has_text(const List *texts, const char *text)
{
	ListCell   *cell;

	foreach(cell, texts)
	{
		if (strcmp(lfirst(cell), text) == 0)
			return true;
	}
	return false;
}
