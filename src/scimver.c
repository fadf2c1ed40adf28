/*
 * scimver.c
 *		Loading the library: the magic block, the settings, the storages, and what
 *		has to be told of changes.
 */
#include "postgres.h"

#include "admin/discovery.h"
#include "base/session_guard.h"
#include "base/settings.h"
#include "decision/policies.h"
#include "fmgr.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "registry/storage.h"
#include "resource/document_storage.h"
#include "resource/mapped_storage.h"
#include "statement/granted.h"
#include "statement/profile.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

void
_PG_init(void)
{
	scim_define_settings();
	scim_set_storages(&scim_in_documents, &scim_in_columns);
	scim_init_registrations();
	scim_init_schemas();
	scim_init_granted();
	scim_init_policies();
	scim_init_profiles();
	scim_init_discovery();
	scim_init_session_guard();
}
