/*
 * secrets.h
 *		Attributes that are never returned, of which a policy must not tell what they are.
 */
#ifndef SCIM_OPERATION_SECRETS_H
#define SCIM_OPERATION_SECRETS_H

#include "operation/write.h"

/* Those that a write names, but for a password: of char *. */
extern List *scim_write_named_secrets(const ScimWrite *write);

/* Notes them of an update or a patch, for its policy. */
extern void scim_write_note_secrets(ScimWrite *write);

#endif							/* SCIM_OPERATION_SECRETS_H */
