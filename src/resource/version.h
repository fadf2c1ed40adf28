/*
 * version.h
 *		The version of a row.
 */
#ifndef SCIM_RESOURCE_VERSION_H
#define SCIM_RESOURCE_VERSION_H

#include "core/content.h"
#include "resource/row.h"

/*
 * The version that everybody computes: the hash of the content (the document
 * and what stands beside it), with the revision where the table's scheme wants
 * it; 0: the row has none, and counts as 1.  Palloc'd.  Errors: those of
 * scim_content_form_of.
 */
extern char *scim_version_of(const ScimRegistration *registration, const JsonbValue *document,
							 const ScimBeside *beside, int64 revision);

/*
 * The row's version; computed where there is none, with members as of the
 * active snapshot.  Within SPI.
 */
extern char *scim_know_version(const ScimRegistration *registration, const char *tenant,
							   ScimRow *row);

/*
 * The same with the password that the row has now: of a row that is locked, or was
 * waited for, in a statement that began before.
 */
extern char *scim_know_version_now(const ScimRegistration *registration, const char *tenant,
								   ScimRow *row);

/*
 * The crypt string of a resource that the caller sees, under the active snapshot;
 * NULL: there is none.  It counts in the version of who may not read it, too.
 * Within SPI.
 */
extern text *scim_stored_password(const ScimRegistration *registration, const char *tenant,
								   const char *id);

/* The revision that follows.  22003: none does, as with any counter. */
extern int64 scim_next_revision(int64 revision);

/* Is the revision the one that follows? */
extern bool scim_is_next_revision(int64 revision, int64 before);

/* Would the row with "data" in place of its own have the same content, whatever its password? */
extern bool scim_holds_content(const ScimRegistration *registration, const ScimRow *row,
							   Jsonb *data);

#endif							/* SCIM_RESOURCE_VERSION_H */
