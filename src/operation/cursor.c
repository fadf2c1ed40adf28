/*
 * cursor.c
 *		Cursors: signed, so that one that was made up or changed is noticed.
 *
 * A cursor is base64url of: half of HMAC-SHA256 (RFC 2104 section 5), the
 * second of its issue, the state as JSON.  Signed are the kind, the second and
 * the state, with a key that stands in a table that nobody may read.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "base/digest.h"
#include "base/errors.h"
#include "base/jsonb_number.h"
#include "base/jsonb_tree.h"
#include "base/settings.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "operation/cursor.h"
#include "port/pg_bswap.h"
#include "registry/extension.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#define MAC_SIZE 16
#define ISSUED_SIZE sizeof(uint64)
#define HEAD_SIZE (MAC_SIZE + ISSUED_SIZE)

/* No cursor of ours is longer: it holds the sort values of one row. */
#define MOST_BYTES (16 * 1024 * 1024)

/* ---- signing ---- */

/*
 * The secret of the database; read as the catalog is (also in a parallel
 * query), since no role has a right to it.
 */
static Datum
read_secret(void)
{
	Relation	relation = table_open(scim_extension_relation("scimver", "scim_cursor_secret"),
									  AccessShareLock);
	AttrNumber	number = get_attnum(RelationGetRelid(relation), "secret");
	SysScanDesc scan = systable_beginscan(relation, InvalidOid, false, NULL, 0, NULL);
	HeapTuple	tuple = systable_getnext(scan);
	Datum		secret = (Datum) 0;
	bool		isnull = true;

	if (HeapTupleIsValid(tuple))
		secret = heap_getattr(tuple, number, RelationGetDescr(relation), &isnull);
	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("table \"%s\" is empty", "scim_cursor_secret"),
				 errhint("Insert a secret of at least 32 random bytes.")));
	secret = PointerGetDatum(DatumGetByteaPCopy(secret));
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
	return secret;
}

/* The signature of the kind and of what follows the signature in a cursor. */
static void
sign(const char *kind, const uint8 *signed_part, Size length, uint8 *mac)
{
	static const Oid types[] = {BYTEAOID, BYTEAOID, TEXTOID};
	Size		kind_size = strlen(kind) + 1;	/* with its zero: where it ends is signed as well */
	bytea	   *message = palloc(VARHDRSZ + kind_size + length);
	bytea	   *full;

	SET_VARSIZE(message, VARHDRSZ + kind_size + length);
	memcpy(VARDATA(message), kind, kind_size);
	memcpy(VARDATA(message) + kind_size, signed_part, length);
	full = DatumGetByteaPP(OidFunctionCall3(scim_extension_function("pgcrypto", "hmac", 3, types),
											PointerGetDatum(message), read_secret(),
											CStringGetTextDatum("sha256")));
	if (VARSIZE_ANY_EXHDR(full) < MAC_SIZE)
		elog(ERROR, "pgcrypto's hmac returned %d bytes", (int) VARSIZE_ANY_EXHDR(full));
	memcpy(mac, VARDATA_ANY(full), MAC_SIZE);
	pfree(message);
}

/* In a time that does not tell how much is equal. */
static bool
same_mac(const uint8 *a, const uint8 *b)
{
	uint8		difference = 0;

	for (int i = 0; i < MAC_SIZE; i++)
		difference |= a[i] ^ b[i];
	return difference == 0;
}

/* ---- cursors ---- */

static uint64
seconds(void)
{
	return (uint64) (GetCurrentTimestamp() / USECS_PER_SEC);
}

char *
scim_write_cursor(const char *kind, Jsonb *state)
{
	char	   *text = JsonbToCString(NULL, &state->root, VARSIZE(state));
	Size		length = HEAD_SIZE + strlen(text);
	uint64		issued = pg_hton64(seconds());
	uint8	   *bytes;
	char	   *cursor;

	if (length > MOST_BYTES)
		scim_throw(scim_error(SCIM_TOO_LARGE_TO_SORT_BY),
				   "a row of the list is too large for a cursor");
	bytes = palloc(length);
	memcpy(bytes + MAC_SIZE, &issued, ISSUED_SIZE);
	memcpy(bytes + HEAD_SIZE, text, length - HEAD_SIZE);
	sign(kind, bytes + MAC_SIZE, length - MAC_SIZE, bytes);
	cursor = palloc(BASE64_SIZE(length) + 1);
	base64url_text(cursor, bytes, length);
	return cursor;
}

static SCIM_NORETURN void throw_invalid(void);

static void
throw_invalid(void)
{
	scim_throw_path(SCIM_INVALID_CURSOR, "cursor", "this is no cursor of this list");
}

Jsonb *
scim_read_cursor(const char *kind, const char *cursor)
{
	return scim_read_cursor_of(kind, cursor, SCIM_EXPIRED_CURSOR);
}

/* What stands in the text, if it is one of ours; then it is terminated.  NULL: it is not. */
static uint8 *
open_text(const char *kind, const char *given)
{
	Size		text_length = strlen(given);
	size_t		length;
	uint8	   *bytes;
	uint8		mac[MAC_SIZE];

	if (text_length > BASE64_SIZE(MOST_BYTES))
		return NULL;
	bytes = palloc(text_length + 1);
	if (!base64url_bytes(bytes, &length, given, text_length) || length <= HEAD_SIZE)
		return NULL;
	sign(kind, bytes + MAC_SIZE, length - MAC_SIZE, mac);
	if (!same_mac(mac, bytes))
		return NULL;
	bytes[length] = '\0';
	return bytes;
}

bool
scim_open_signed(const char *kind, const char *given, Jsonb **state, int64 *age)
{
	uint8	   *bytes = open_text(kind, given);
	uint64		issued;

	if (bytes == NULL)
		return false;
	memcpy(&issued, bytes + MAC_SIZE, ISSUED_SIZE);
	*age = (int64) (seconds() - pg_ntoh64(issued));
	*state = DatumGetJsonbP(DirectFunctionCall1(jsonb_in,
												CStringGetDatum((char *) bytes + HEAD_SIZE)));
	return true;
}

Jsonb *
scim_read_cursor_of(const char *kind, const char *cursor, ScimErrorCode expired)
{
	Jsonb	   *state;
	int64		age;

	if (!scim_open_signed(kind, cursor, &state, &age))
		throw_invalid();
	if (scim_setting_cursor_timeout > 0 && age > scim_setting_cursor_timeout)
		scim_throw_path(expired, "cursor", "the cursor is older than %d seconds",
						scim_setting_cursor_timeout);
	return state;
}

int64
scim_cursor_integer(Jsonb *state, const char *key)
{
	JsonbValue	value;

	if (!scim_find(&state->root, key, &value) || value.type != jbvNumeric)
		elog(ERROR, "a cursor without %s", key);
	return scim_number_integer(&value);
}

int
scim_cursor_count(int count)
{
	if (count == SCIM_DEFAULT_PAGE_SIZE)
		return Min(count, scim_setting_max_page_size);
	if (count < 1 || count > scim_setting_max_page_size)
		scim_throw_path(SCIM_INVALID_COUNT, "count", "count must be 1 to %d",
						scim_setting_max_page_size);
	return count;
}

int
scim_cut_count(int count)
{
	if (count < 1)
		scim_throw_path(SCIM_INVALID_COUNT, "count", "count must be 1 or more");
	return Min(count, scim_setting_max_page_size);
}
