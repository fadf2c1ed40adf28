/*
 * change.h
 *		A change of a resource, or one that was refused, on its way into the history.
 */
#ifndef SCIM_HISTORY_CHANGE_H
#define SCIM_HISTORY_CHANGE_H

#include "core/canonical.h"
#include "core/delta.h"
#include "history/moves.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

typedef enum ScimHistoryOperation
{
	SCIM_HISTORY_CREATE,
	SCIM_HISTORY_UPDATE,
	SCIM_HISTORY_DELETE,
	SCIM_HISTORY_TRUNCATE,
	SCIM_HISTORY_REMAPPED,
	SCIM_HISTORY_REFUSED
} ScimHistoryOperation;

/*
 * As the rows name it, and back.  What is no name of an operation is "refused": what
 * is not known leads nowhere.
 */
extern const char *scim_operation_name(ScimHistoryOperation operation);
extern ScimHistoryOperation scim_operation_named(const char *name, Size length);

typedef struct ScimChange
{
	ScimHistoryOperation operation;
	const char *type;			/* the resource type's name, or what history/document.h has */
	const char *tenant;
	const char *id;				/* NULL: all of the type */
	bool		has_revision;
	int64		revision;		/* of what it became; of what was deleted */
	const char *version;		/* that it got; NULL: it is gone */
	const char *previous_version;	/* that it had; NULL: it was not there */
	TimestampTz at;				/* what lastModified became */
	ScimDelta	delta;			/* of the document, without password and members */
	bool		password;		/* another one than before, or (create, delete) there is one */
	const ScimMemberMoves *moves;	/* NULL: none.  Of what is deleted: all that went */
	ScimMemberSum members_before;	/* of a group with moves */
	const char *expected_version;	/* of what was refused, or merged; NULL: none */
	const char *error_code;		/* why it was refused; NULL: it was not */
	const pg_uuid_t *proposal;	/* that was applied by it; NULL: none */
} ScimChange;

#endif							/* SCIM_HISTORY_CHANGE_H */
