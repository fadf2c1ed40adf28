/*
 * secrets.h
 *		Attributes that are never returned, of which a policy must not tell what they are.
 */
#ifndef SCIM_OPERATION_SECRETS_H
#define SCIM_OPERATION_SECRETS_H

#include "operation/write.h"

/* Notes which of them an update or a patch names, for its policy. */
extern void scim_write_note_secrets(ScimWrite *write);

#endif							/* SCIM_OPERATION_SECRETS_H */
