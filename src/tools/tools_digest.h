/*
 * tools_digest.h
 *		Whether the list of tools is another one than before.
 */
#ifndef SCIM_TOOLS_TOOLS_DIGEST_H
#define SCIM_TOOLS_TOOLS_DIGEST_H

/*
 * A short text that follows from what scim_tools() lists now; not to be freed, and valid until
 * the next call.  It costs next to nothing as long as no relation has changed.
 */
extern const char *scim_tools_digest(void);

#endif							/* SCIM_TOOLS_TOOLS_DIGEST_H */
