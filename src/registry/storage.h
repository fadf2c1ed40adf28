/*
 * storage.h
 *		How the resources of a table are stored: in a document, or in columns.
 *
 * All that differs between the two is a function here, or a fact, and each
 * registration says which one it is (registration->storage).  The functions
 * work on types of rooms above, where both storages are put together; the
 * library hands them down when it is loaded.
 */
#ifndef SCIM_REGISTRY_STORAGE_H
#define SCIM_REGISTRY_STORAGE_H

#include "postgres.h"

#include "registry/column_kinds.h"
#include "utils/jsonb.h"

struct ScimAttributeSql;
struct ScimColumnValues;
struct ScimPath;
struct ScimRegistration;
struct ScimRow;
struct ScimRowWrite;
struct ScimSplit;

typedef struct ScimStorage
{
	/* ---- facts ---- */

	/* scim_create_table made the table: its columns, indexes and privileges are scimver's */
	bool		created;
	/* groups are made with a membership table, which foreign keys tie to both of its sides */
	bool		ties_members;
	/* attributes are looked up in generated columns, which scimver adds */
	bool		adds_lookups;
	/* every row is to be a resource: without a tenant, or a document, it is damaged */
	bool		only_resources;
	/* the document, which is all of the content, is brought in order by the row trigger */
	bool		tidies;
	/* a row may have no stored version: it is computed, not filled in */
	bool		computes_versions;
	/* roles, policies are the application's: who may not do something is told what he lacks */
	bool		explains_denial;
	/* an UPDATE writes what differs from the row, which is read, and all of it checked, before */
	bool		compares;
	/* an INSERT does nothing where a value is taken: only then is it asked who has it */
	bool		skips_taken;
	/* what resources were is kept, unless an option says otherwise */
	bool		keeps_history;

	/*
	 * ---- attributes as SQL (query/attribute_sql.h): of content, so neither id, meta, nor members
	 * and groups ----
	 */

	/* The attribute of the row r. */
	void		(*attribute_sql) (const struct ScimPath *path,
								  const struct ScimRegistration *registration,
								  struct ScimAttributeSql *result);

	/* The same to sort rows by: of several values ("from"), by the first in their "order". */
	void		(*sort_sql) (const struct ScimPath *path,
							 const struct ScimRegistration *registration,
							 struct ScimAttributeSql *result);

	/* The elements of a multi-valued one as a FROM list of rows e; NULL: it never has any. */
	char	   *(*elements_sql) (const struct ScimPath *path,
								 const struct ScimRegistration *registration);

	/*
	 * The condition that it has a value, never NULL; and of a single-valued complex one that it is
	 * there.
	 */
	char	   *(*present_sql) (const struct ScimPath *path,
								const struct ScimRegistration *registration);
	char	   *(*object_sql) (const struct ScimPath *path,
							   const struct ScimRegistration *registration);

	/* meta.created or meta.lastModified, which "column" holds; and meta.version. */
	void		(*time_sql) (const struct ScimPath *path,
							 const struct ScimRegistration *registration, ScimColumn column,
							 struct ScimAttributeSql *result);
	char	   *(*version_sql) (const struct ScimRegistration *registration);

	/* ---- the document of a row (resource/mapped.h, resource/mapped_split.h) ---- */

	/*
	 * The content as one document, out of what the data column holds (NULL: nothing) and the
	 * mapped columns.  One without a version has not been in the row trigger's hands.
	 */
	Jsonb	   *(*join) (const struct ScimRegistration *registration, Jsonb *data,
						 const struct ScimColumnValues *columns, bool has_version);

	/* The same as a tree that refers to the values: for the trigger, which only hashes it. */
	JsonbValue *(*join_tree) (const struct ScimRegistration *registration, Jsonb *data,
							  const struct ScimColumnValues *columns, bool has_version);

	/* What is stored of a document where, in place of what the row holds. */
	struct ScimSplit *(*split) (const struct ScimRegistration *registration, Jsonb *document,
								Jsonb *old_data, const struct ScimColumnValues *old);

	/*
	 * What becomes of the data column that plain SQL writes; *password: one in clear text that is
	 * to be crypted (null: none).
	 */
	Jsonb	   *(*tidy) (const struct ScimRegistration *registration, Jsonb *data,
						 JsonbValue *password);

	/* ---- writes of a row (resource/row_write.h), within SPI ---- */

	/*
	 * Takes the document apart, unless it is, in place of what the row holds (NULL: it is new);
	 * "replaces" as in ScimCall.
	 */
	void		(*take_apart) (struct ScimRowWrite *write, const struct ScimRow *old,
							   bool replaces);

	/* Is there anything for an UPDATE to write? */
	bool		(*is_effective) (const struct ScimRowWrite *write);

	/* Run it; false if no row was written, else it is row 0 of SPI_tuptable. */
	bool		(*insert) (const struct ScimRowWrite *write);
	bool		(*update) (const struct ScimRowWrite *write);

	/*
	 * Inserts rows whose ids were drawn, by one statement.  An error, where a value is taken; else
	 * how many came back: the rows of SPI_tuptable, in their order.
	 */
	uint64		(*insert_many) (const struct ScimRowWrite *writes, int count);

	/*
	 * Does the row hold already what is wanted?  A password is never compared.  "exact": that it
	 * would be stored otherwise is not enough for a no.
	 */
	bool		(*is_there) (const struct ScimRowWrite *write, const struct ScimRow *row,
							 bool exact);

	/*
	 * Would it change a column in a key that foreign keys may refer to?  Not taken apart: could
	 * it, whatever it writes?
	 */
	bool		(*changes_key) (const struct ScimRowWrite *write);
} ScimStorage;

/* That of tables that scim_create_table made, and that of mapped ones. */
extern void scim_set_storages(const ScimStorage *document, const ScimStorage *mapped);
extern const ScimStorage *scim_document_storage(void);
extern const ScimStorage *scim_mapped_storage(void);

#endif							/* SCIM_REGISTRY_STORAGE_H */
