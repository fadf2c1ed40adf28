#ifndef SCIM_OPERATION_CHANGES_H
#define SCIM_OPERATION_CHANGES_H
#include "postgres.h"
#include "utils/jsonb.h"
extern Jsonb *scim_store_changes(const char *cursor, int count, const char *type, const char *tenant);
#endif
