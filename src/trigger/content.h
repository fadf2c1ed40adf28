/*
 * content.h
 *		The content of a row in the hands of the row trigger.
 */
#ifndef SCIM_TRIGGER_CONTENT_H
#define SCIM_TRIGGER_CONTENT_H

#include "trigger/work.h"

/* Is something of the content stored otherwise than before?  Members excepted. */
extern bool scim_work_content_changed(ScimTriggerRow *work);

/* The opposite, of a row that is stored already. */
extern bool scim_work_same_content(const ScimTriggerRow *work);

/* What is to be stored brought in order, and checked.  INVALID_VALUE, MUTABILITY, UNIQUENESS. */
extern void scim_work_tidy(ScimTriggerRow *work);
extern void scim_work_check(ScimTriggerRow *work);

/* The document of the row. */
extern Jsonb *scim_work_document(ScimTriggerRow *work, const ScimColumnValues *row);

/*
 * The version of the row as it was or will be; a row without a revision has
 * none for whoever reads it, too.
 */
extern char *scim_work_version(ScimTriggerRow *work, const ScimColumnValues *row);

#endif							/* SCIM_TRIGGER_CONTENT_H */
