/*
 * password.h
 *		Passwords are stored as crypt strings of pgcrypto, and never read.
 */
#ifndef SCIM_RESOURCE_PASSWORD_H
#define SCIM_RESOURCE_PASSWORD_H

#include "core/resource.h"

/* crypt(password, gen_salt('bf', scimver.password_cost)) */
extern char *scim_crypt_password(const char *password);

/* Is that what it was made of? */
extern bool scim_is_crypted_as(const char *password, const char *hash);

/*
 * An upsert is an INSERT first, and an UPDATE when that finds the key taken;
 * "excluded.data" is the document as the INSERT left it, without its password.
 * So the INSERT tells what became of a document's password, and the UPDATE of
 * the same command asks: the crypt string of that very document, or NULL.
 */
extern void scim_hand_on_password(Oid root, Jsonb *document, const char *hash);
extern const char *scim_handed_on_password(Oid root, Datum document);

#endif							/* SCIM_RESOURCE_PASSWORD_H */
