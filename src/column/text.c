/*
 * text.c
 *		Values of columns as text, and back.
 *
 * Nothing here asks DateStyle, TimeZone, extra_float_digits or bytea_output;
 * and a value that a type cannot hold is told by what is returned, not by an
 * error, so that a filter may ask for it, too.
 */
#include "postgres.h"

#include <sys/socket.h>

#include "base/digest.h"
#include "catalog/pg_type.h"
#include "column/id.h"
#include "column/instant.h"
#include "column/number.h"
#include "column/text.h"
#include "core/simple.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/inet.h"
#include "utils/syscache.h"

/* ---- text ---- */

/* Text as it is: TEXT, CHAR, NAME. */
static const char *
store_text(const ScimValueType *type, const char *text, int length, Datum *value)
{
	int			most = type->typmod - (int32) VARHDRSZ;
	int			padding = 0;
	char	   *copy;

	if (type->storage == SCIM_STORAGE_NAME)
	{
		if (length >= NAMEDATALEN)
			return psprintf("at most %d bytes long", NAMEDATALEN - 1);
		copy = palloc0(NAMEDATALEN);
		memcpy(copy, text, length);
		*value = PointerGetDatum(copy);
		return NULL;
	}
	if (most > 0)
	{
		int			characters = pg_mbstrlen_with_len(text, length);

		if (characters > most)
			return psprintf("at most %d characters long", most);
		padding = type->storage == SCIM_STORAGE_CHAR ? most - characters : 0;
	}
	if (type->storage == SCIM_STORAGE_CHAR && length > 0 && text[length - 1] == ' ')
		return "without blanks at its end";
	copy = palloc(VARHDRSZ + length + padding);
	SET_VARSIZE(copy, VARHDRSZ + length + padding);
	memcpy(VARDATA(copy), text, length);
	memset(VARDATA(copy) + length, ' ', padding);
	*value = PointerGetDatum(copy);
	return NULL;
}

static char *
blank_text(BpChar *value)
{
	int			length = VARSIZE_ANY_EXHDR(value);

	while (length > 0 && VARDATA_ANY(value)[length - 1] == ' ')
		length--;
	return pnstrdup(VARDATA_ANY(value), length);
}

static char *
bytes_text(bytea *bytes)
{
	char	   *text = palloc(BASE64_SIZE(VARSIZE_ANY_EXHDR(bytes)) + 1);

	base64_text(text, (uint8 *) VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	return text;
}

static const char *
parse_bytes(const char *text, Datum *value)
{
	int			length = strlen(text);
	bytea	   *bytes = palloc(VARHDRSZ + (length / 4 + 1) * 3);
	int			count = scim_read_base64(text, length, (uint8_t *) VARDATA(bytes));

	if (count < 0)
		return "a string in base64";
	SET_VARSIZE(bytes, VARHDRSZ + count);
	*value = PointerGetDatum(bytes);
	return NULL;
}

static const char *
parse_label(const ScimValueType *type, const char *text, Datum *value)
{
	/*
	 * enum_in would raise an error for a label that is none, and says no for one that is not
	 * committed yet
	 */
	if (strlen(text) >= NAMEDATALEN ||
		!SearchSysCacheExists2(ENUMTYPOIDNAME, ObjectIdGetDatum(type->type), CStringGetDatum(text)))
		return psprintf("a label of %s", format_type_be(type->type));
	*value = DirectFunctionCall2(enum_in, CStringGetDatum(text), ObjectIdGetDatum(type->type));
	return NULL;
}

/* As network.c reads it; of a cidr all bits right of the mask are zero. */
static const char *
parse_address(const ScimValueType *type, const char *text, Datum *value)
{
	unsigned char address[16];
	bool		is_v6 = strchr(text, ':') != NULL;
	int			bits = pg_inet_net_pton(is_v6 ? PGSQL_AF_INET6 : PGSQL_AF_INET, text, address,
										type->type == CIDROID ? (is_v6 ? 16 : 4) : -1);
	Datum		network;

	if (bits < 0 || bits > (is_v6 ? 128 : 32))
		return "an address of a host or network";
	*value = DirectFunctionCall1(inet_in, CStringGetDatum(text));
	if (type->type == INETOID)
		return NULL;
	network = DirectFunctionCall1(network_network, *value);
	if (!DatumGetBool(DirectFunctionCall2(network_eq, *value, network)))
		return "an address of a network";
	*value = network;
	return NULL;
}

/* ---- any value ---- */

char *
scim_value_text(const ScimValueType *type, Datum value)
{
	Numeric		number;
	PGFunction	output;

	switch (type->storage)
	{
		case SCIM_STORAGE_TEXT:
			return TextDatumGetCString(value);
		case SCIM_STORAGE_CHAR:
			return blank_text(DatumGetBpCharPP(value));
		case SCIM_STORAGE_NAME:
			return pstrdup(NameStr(*DatumGetName(value)));
		case SCIM_STORAGE_ENUM:
			return DatumGetCString(DirectFunctionCall1(enum_out, value));
		case SCIM_STORAGE_BOOLEAN:
			return pstrdup(DatumGetBool(value) ? "t" : "f");
		case SCIM_STORAGE_INTEGER:
		case SCIM_STORAGE_NUMERIC:
		case SCIM_STORAGE_FLOAT:
			number = scim_stored_number(type, value);
			return number ? scim_number_text(number) : NULL;
		case SCIM_STORAGE_DATE:
			return scim_date_text(value);
		case SCIM_STORAGE_TIMESTAMP:
		case SCIM_STORAGE_TIMESTAMPTZ:
			return scim_instant_text(DatumGetTimestampTz(value));
		case SCIM_STORAGE_UUID:
			return scim_id_text(scim_id_type(UUIDOID), value);
		case SCIM_STORAGE_ADDRESS:
			output = type->type == CIDROID ? cidr_out : inet_out;
			return DatumGetCString(DirectFunctionCall1(output, value));
		case SCIM_STORAGE_BYTES:
			return bytes_text(DatumGetByteaPP(value));
		default:
			elog(ERROR, "type %u has no text", type->type);
	}
}

const char *
scim_parse_value(const ScimValueType *type, const char *text, Datum *value)
{
	bool		boolean;

	switch (type->storage)
	{
		case SCIM_STORAGE_TEXT:
		case SCIM_STORAGE_CHAR:
		case SCIM_STORAGE_NAME:
			return store_text(type, text, strlen(text), value);
		case SCIM_STORAGE_ENUM:
			return parse_label(type, text, value);
		case SCIM_STORAGE_BOOLEAN:
			if (!parse_bool(text, &boolean))
				return "t or f";
			*value = BoolGetDatum(boolean);
			return NULL;
		case SCIM_STORAGE_INTEGER:
			return scim_parse_id(scim_id_type(type->type), text, value) ? NULL :
				"a whole number within the range of its column, without leading zeros";
		case SCIM_STORAGE_NUMERIC:
		case SCIM_STORAGE_FLOAT:
			return scim_parse_number_value(type, text, value);
		case SCIM_STORAGE_DATE:
		case SCIM_STORAGE_TIMESTAMP:
		case SCIM_STORAGE_TIMESTAMPTZ:
			return scim_parse_instant_value(type, text, value);
		case SCIM_STORAGE_UUID:
			return scim_parse_id(scim_id_type(UUIDOID), text, value) ? NULL : "a UUID";
		case SCIM_STORAGE_ADDRESS:
			return parse_address(type, text, value);
		case SCIM_STORAGE_BYTES:
			return parse_bytes(text, value);
		default:
			elog(ERROR, "type %u has no text", type->type);
	}
}
