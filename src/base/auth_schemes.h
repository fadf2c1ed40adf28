/*
 * auth_schemes.h
 *		authenticationSchemes of ServiceProviderConfig, as scimver.authentication_schemes has
 *		them.
 */
#ifndef SCIM_BASE_AUTH_SCHEMES_H
#define SCIM_BASE_AUTH_SCHEMES_H

/*
 * What is wrong with the text, as a sentence for an error's detail; NULL: it is a JSON array
 * of schemes (RFC 7643 section 5).  Looks into no table, so it may be called at any time.
 */
extern const char *scim_auth_schemes_problem(const char *text);

#endif							/* SCIM_BASE_AUTH_SCHEMES_H */
