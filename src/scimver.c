/*
 * scimver.c
 *		Loading the library: the magic block, the settings, and what has to be
 *		told of changes.
 */
#include "postgres.h"

#include "base/settings.h"
#include "fmgr.h"
#include "registry/cache.h"
#include "registry/schemas.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

void
_PG_init(void)
{
	scim_define_settings();
	scim_init_registrations();
	scim_init_schemas();
}
