/*
 * bridge_errors.c
 *		Unit test of the bridge's own errors (src/bridge/own_errors.c): how their
 *		envelopes and their bodies in HTTP look, whatever a tool's name and a reason
 *		hold.  Prints TAP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge_test.h"
#include "own_errors.h"

/* What clients are known to show whole. */
#define ENVELOPE_LIMIT 8192

/* The text so many times; to be freed. */
static char *
repeated(const char *text, size_t times)
{
	size_t		length = strlen(text);
	char	   *all = must_alloc(length * times + 1);

	for (size_t i = 0; i < times; i++)
		memcpy(all + i * length, text, length);
	all[length * times] = '\0';
	return all;
}

/* Is it one JSON object, in UTF-8, with these three and nothing cut off? */
static bool
is_envelope(const Buf *text)
{
	ScanSpan	success;
	ScanSpan	operation;
	ScanSpan	code;
	ScanSpan	next_steps;
	ScanSpan	metadata;
	ScanSpan	content;
	ScanMember	in_metadata[] = {{"operation", &operation, false, NULL}, {NULL, NULL, false, NULL}};
	ScanMember	in_content[] = {{"error_code", &code, false, NULL},
	{"next_steps", &next_steps, false, NULL},
	{NULL, NULL, false, NULL}};
	ScanMember	wanted[] = {
		{"success", &success, false, NULL}, {"metadata", &metadata, false, in_metadata},
		{"content", &content, false, in_content}, {NULL, NULL, false, NULL}
	};

	return scan_members(text->data, text->length, wanted) == SCAN_OK &&
		success.start != NULL && scan_is_string(operation) && scan_is_string(code) &&
		next_steps.start != NULL && next_steps.start[0] == '[';
}

static void
check_envelopes(const char *what, const char *tool, const char *reason)
{
	bool		whole = true;
	size_t		longest = 0;

	for (int error = 0; error <= ERROR_INTERNAL; error++)
	{
		Buf			text = {NULL, 0, 0};

		if (own_error_kind((OwnError) error)->code == NULL)
			continue;			/* none of a tool's */
		own_error_envelope(&text, (OwnError) error, reason, tool);
		whole = whole && is_envelope(&text);
		if (text.length > longest)
			longest = text.length;
		buf_free(&text);
	}
	ok_of(whole, "envelopes are whole: ", what);
	ok_of(longest > 0 && longest <= ENVELOPE_LIMIT, "envelopes have 8 kB at most: ", what);
}

static void
check_sizes(void)
{
	static const char *const texts[] = {"a", "\"", "\\", "\xc3\xa9", "\xf0\x9f\x98\x80"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
	{
		char	   *large = repeated(texts[i], 100000);

		check_envelopes(texts[i], large, large);
		free(large);
	}
	for (int c = 1; c < 0x20; c++)
	{
		char		one[2] = {(char) c, '\0'};
		char		name[8];
		char	   *large = repeated(one, 100000);

		(void) snprintf(name, sizeof(name), "0x%02x", (unsigned int) c);
		check_envelopes(name, large, NULL);
		free(large);
	}
}

static bool
envelope_is(OwnError error, const char *detail, const char *tool, const char *wanted)
{
	Buf			text = {NULL, 0, 0};
	bool		same;

	own_error_envelope(&text, error, detail, tool);
	same = text.length == strlen(wanted) && memcmp(text.data, wanted, text.length) == 0;
	if (!same)
		printf("# %.*s\n", (int) text.length, text.data);
	buf_free(&text);
	return same;
}

/* The body of an answer in HTTP: one object, whose status is the one it is answered with. */
static bool
is_scim_error(OwnError error, const char *detail)
{
	const OwnErrorKind *kind = own_error_kind(error);
	ScanSpan	schemas;
	ScanSpan	status;
	ScanSpan	told;
	ScanMember	wanted[] = {
		{"schemas", &schemas, false, NULL}, {"status", &status, false, NULL},
		{"detail", &told, false, NULL}, {NULL, NULL, false, NULL}
	};
	Buf			text = {NULL, 0, 0};
	bool		good;

	own_error_scim(&text, error, detail);
	good = scan_members(text.data, text.length, wanted) == SCAN_OK && schemas.start != NULL &&
		scan_is_string(status) && atoi(status.start + 1) == kind->status &&
		scan_is_string(told) && kind->status >= 400 && kind->status < 600;
	if (kind->may_have_written)
		good = good && memcmp(told.start + 1, kind->code, strlen(kind->code)) == 0;
	if (!good)
		printf("# %.*s\n", (int) text.length, text.data);
	buf_free(&text);
	return good;
}

static void
check_scim_errors(void)
{
	char	   *large = repeated("\"\xc3\xa9\n", 10000);
	bool		good = true;

	for (int error = 0; error <= ERROR_INTERNAL; error++)
		good = good && is_scim_error((OwnError) error, NULL) &&
			is_scim_error((OwnError) error, large);
	ok_of(good, "bodies in HTTP are whole", "");
	free(large);
}

static bool
excerpt_is(const char *text, size_t length, size_t most, const char *wanted)
{
	Buf			out = {NULL, 0, 0};
	bool		same;

	buf_json_excerpt(&out, text, length, most);
	same = out.length == strlen(wanted) && memcmp(out.data, wanted, out.length) == 0;
	if (!same)
		printf("# %.*s\n", (int) out.length, out.data);
	buf_free(&out);
	return same;
}

int
main(void)
{
	ok_of(envelope_is(ERROR_NO_DATABASE, NULL, "scim_delete_user",
					  "{\"success\":false,\"metadata\":{\"operation\":\"delete_user\"},"
					  "\"content\":{\"error_code\":\"RETRY_LATER\","
					  "\"error\":\"The database cannot be reached; nothing was sent to it.\","
					  "\"next_steps\":[\"Nothing was changed: make the same call again in a "
					  "moment.\"],"
					  "\"retryable\":true}}"),
		  "what matters stands first", "");
	ok_of(envelope_is(ERROR_PERMISSION_DENIED, "w\"hy", "own",
					  "{\"success\":false,\"metadata\":{\"operation\":\"own\"},"
					  "\"content\":{\"error_code\":\"PERMISSION_DENIED\","
					  "\"error\":\"The database role of this server may not do that: w\\\"hy\","
					  "\"next_steps\":[\"Ask an administrator for the privilege.\"],"
					  "\"retryable\":false}}"), "a reason follows the text", "");
	check_sizes();
	check_scim_errors();
	ok_of(excerpt_is("", 0, 3, "\"\""), "an excerpt of nothing", "");
	ok_of(excerpt_is("abc", 3, 3, "\"abc\""), "an excerpt that is all", "");
	ok_of(excerpt_is("abcd", 4, 3, "\"abc...\""), "an excerpt", "");
	ok_of(excerpt_is("\xc3\xa9\xf0\x9f\x98\x80x\xc3\xa9", 9, 3, "\"\xc3\xa9\xf0\x9f\x98\x80x...\""),
		  "an excerpt is cut between characters", "");
	ok_of(excerpt_is("\xf0\x9f\x98\x80", 4, 1, "\"\xf0\x9f\x98\x80\""),
		  "a last character of four bytes", "");
	ok_of(excerpt_is("a\0\"\n", 4, 3, "\"a\\u0000\\\"...\""), "an excerpt is escaped", "");
	printf("1..%d\n", tests);
	return failures > 0;
}
