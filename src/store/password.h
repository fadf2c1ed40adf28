/*
 * password.h
 *		Passwords are stored as crypt strings of pgcrypto, and never read.
 */
#ifndef SCIM_PASSWORD_H
#define SCIM_PASSWORD_H

#include "core/resource.h"

/* crypt(password, gen_salt('bf', scimver.password_cost)) */
extern char *scim_crypt_password(const char *password);

#endif							/* SCIM_PASSWORD_H */
