/*
 * fold.c
 *		Unit test of folding: texts of fold.txt, and what holds for all; prints TAP.
 *
 *		fold FILE
 */
#include "server.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "core/fold.h"

#undef printf
#undef fprintf

#define LAST 0x10FFFF
#define LONGEST 12

static int	tests = 0;
static int	failures = 0;

/* A text. */
typedef struct Text
{
	char		data[512];
	int			length;
} Text;

static void
report(bool good, const char *what)
{
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++tests, what);
	failures += !good;
}

static void
add(Text *text, uint32 character)
{
	text->length += scim_put_utf8(text->data + text->length, character);
}

static void
add_text(Text *text, const char *data, int length)
{
	memcpy(text->data + text->length, data, length);
	text->length += length;
}

static Text
fold(const char *data, int length)
{
	/* as long as it is, so that whoever reads behind it is seen */
	char	   *exact = memcpy(palloc(Max(length, 1)), data, length);
	StringInfoData out;
	Text		result = {.length = 0};

	initStringInfo(&out);
	scim_append_folded(&out, exact, length);
	add_text(&result, out.data, out.len);
	return result;
}

static bool
is_same(const Text *a, const Text *b)
{
	return a->length == b->length && memcmp(a->data, b->data, a->length) == 0;
}

static void
print_text(const char *name, const Text *text)
{
	const char *at = text->data;

	printf("# %s:", name);
	while (at < text->data + text->length)
		printf(" %04X", scim_get_utf8(&at, text->data + text->length));
	printf("\n");
}

/* ---- the file ---- */

/* Characters, up to something else. */
static Text
read_characters(char **at)
{
	Text		text = {.length = 0};
	char	   *end;

	for (;;)
	{
		uint32		character = strtoul(*at, &end, 16);

		if (end == *at)
			return text;
		add(&text, character);
		*at = end;
	}
}

static void
test_line(char *line)
{
	char	   *at = line;
	Text		given = read_characters(&at);
	Text		wanted;
	Text		got = fold(given.data, given.length);

	at += strspn(at, " >");
	wanted = read_characters(&at);
	line[strcspn(line, "\n")] = '\0';
	report(is_same(&got, &wanted), line);
	if (!is_same(&got, &wanted))
		print_text("got", &got);
}

static void
test_file(const char *name)
{
	FILE	   *file = fopen(name, "r");
	char		line[1024];

	if (!file)
	{
		perror(name);
		exit(1);
	}
	while (fgets(line, sizeof(line), file))
	{
		if (line[0] != '#' && line[0] != '\n')
			test_line(line);
	}
	fclose(file);
}

/* ---- what holds for every text ---- */

static bool
is_stable(const Text *text)
{
	Text		once = fold(text->data, text->length);
	Text		twice = fold(once.data, once.length);

	if (is_same(&once, &twice) && once.length <= SCIM_FOLD_GROWTH * text->length && once.length > 0)
		return true;
	print_text("text", text);
	print_text("folded", &once);
	print_text("again", &twice);
	return false;
}

/* Folded in two pieces. */
static bool
is_same_cut(const Text *text, int cut)
{
	Text		whole = fold(text->data, text->length);
	Text		parts = fold(text->data, cut);
	Text		second = fold(text->data + cut, text->length - cut);

	add_text(&parts, second.data, second.length);
	return is_same(&whole, &parts);
}

/* fold(a || b) = fold(a) || fold(b), wherever b begins anew. */
static bool
can_be_cut(const Text *text)
{
	const char *at = text->data;
	const char *end = text->data + text->length;

	while (at < end)
	{
		int			cut = at - text->data;

		if (scim_is_fold_boundary(scim_get_utf8(&at, end)) && !is_same_cut(text, cut))
		{
			print_text("text", text);
			printf("# cut at byte %d\n", cut);
			return false;
		}
	}
	return true;
}

static bool
is_character(uint32 c)
{
	return c < 0xD800 || c > 0xDFFF;
}

/* Behind characters that combine with much. */
static bool
begins_anew(uint32 c)
{
	static const uint32 before[] = {'e', 'I', 0x3B1, 0x345, 0x301, 0xDF,
	0x1100, 0xAC00, 0xB47, 0x1025, 0x30AB, 0x110A5};
	bool		good = true;

	for (int i = 0; i < lengthof(before); i++)
	{
		Text		pair = {.length = 0};

		add(&pair, before[i]);
		add(&pair, c);
		good &= can_be_cut(&pair);
	}
	return good;
}

static void
test_characters(void)
{
	bool		stable = true;
	bool		cut = true;
	int			boundaries = 0;

	for (uint32 c = 1; c <= LAST; c++)
	{
		Text		alone = {.length = 0};
		Text		folded;

		boundaries += scim_is_fold_boundary(c);
		/* far behind, there is nothing */
		if (!is_character(c) || (c > 0x30000 && c % 64 > 0))
			continue;
		add(&alone, c);
		stable &= is_stable(&alone);
		folded = fold(alone.data, alone.length);
		/* ideographs and syllables, tens of thousands, are all alike */
		if (scim_is_fold_boundary(c) && (c < 0x3400 || !is_same(&alone, &folded) || c % 64 == 0))
			cut &= begins_anew(c);
		server_reset();
	}
	report(stable, "every character folds to something that folds to itself");
	report(cut, "every character that begins anew does so behind others");
	report(boundaries > LAST - 3000, "nearly all characters begin anew");
}

/* What combines with what is before it is no place to cut. */
static void
test_no_boundary(void)
{
	static const uint32 pairs[][2] = {{'e', 0x301}, {0x3B1, 0x345}, {0x301, 0x323},
	{0x1100, 0x1161}, {0xAC00, 0x11A8}, {0xB47, 0xB3E},
	{0x30AB, 0xFF9E}, {'e', 0x341}};

	for (int i = 0; i < lengthof(pairs); i++)
	{
		Text		text = {.length = 0};
		int			cut;

		add(&text, pairs[i][0]);
		cut = text.length;
		add(&text, pairs[i][1]);
		report(!scim_is_fold_boundary(pairs[i][1]), "what combines does not begin anew");
		report(pairs[i][0] == 0x3B1 || !is_same_cut(&text, cut),
			   "and folds to something else when it is cut off");
	}
}

/* ---- random texts ---- */

static uint64 state = 20261128;

/* From 0 to n - 1. */
static uint32
chance(uint32 n)
{
	state = state * 6364136223846793005 + 1442695040888963407;
	return (state >> 33) % n;
}

/* From scripts in which something happens, for the most part. */
static uint32
some_character(void)
{
	static const uint32 ranges[][2] = {{1, 0x7F}, {0xA0, 0x24F}, {0x300, 0x36F},
	{0x300, 0x345}, {0x340, 0x345}, {0x370, 0x3FF},
	{0x591, 0x5C7}, {0x610, 0x670}, {0x900, 0xDFF},
	{0xF71, 0xF84}, {0x1020, 0x1040}, {0x1100, 0x1112},
	{0x1161, 0x1175}, {0x11A8, 0x11C2}, {0x1AB0, 0x1AFF},
	{0x1B00, 0x1B44}, {0x1DC0, 0x1FFF}, {0x2100, 0x218F},
	{0x3041, 0x30FF}, {0x3131, 0x33FF}, {0xA640, 0xA7FF},
	{0xAB53, 0xABBF}, {0xAC00, 0xAC40}, {0xFB00, 0xFDFF},
	{0xFE20, 0xFE2F}, {0xFF00, 0xFFEF}, {0x10400, 0x10450},
	{0x11080, 0x11140}, {0x11300, 0x11380}, {0x114B0, 0x115BF},
	{0x1D15E, 0x1D1C0}, {0x1D400, 0x1D7FF}, {0x2F800, 0x2FA1F},
	{1, LAST}};
	const uint32 *range = ranges[chance(lengthof(ranges))];
	uint32		c = range[0] + chance(range[1] - range[0] + 1);

	return is_character(c) ? c : 'x';
}

static void
test_random_texts(int count)
{
	bool		stable = true;
	bool		cut = true;

	for (int i = 0; i < count; i++)
	{
		Text		text = {.length = 0};

		for (int left = 1 + chance(LONGEST); left > 0; left--)
			add(&text, some_character());
		stable &= is_stable(&text);
		cut &= can_be_cut(&text);
		server_reset();
	}
	report(stable, "random texts fold to what folds to itself");
	report(cut, "random texts can be cut wherever something begins anew");
}

/* No database in UTF8 holds any; but nothing is read or written that is not there. */
static void
test_random_bytes(int count)
{
	bool		good = true;

	for (int i = 0; i < count; i++)
	{
		Text		text = {.length = 0};

		for (int left = 1 + chance(LONGEST); left > 0; left--)
			text.data[text.length++] = (char) (chance(4) ? 0x80 + chance(0x80) : chance(0x80));
		good &= fold(text.data, text.length).length >= 0;
		server_reset();
	}
	report(good, "bytes that are no UTF-8");
}

/* Marks of one class keep their order, those of several have one: many of them, too. */
static void
test_many_marks(int count)
{
	static const uint32 marks[] = {0x301, 0x323, 0x345, 0x5B0, 0x327, 0x334};
	StringInfoData mixed;
	StringInfoData sorted;
	StringInfoData folded;
	StringInfoData same;
	char		bytes[4];

	initStringInfo(&mixed);
	initStringInfo(&sorted);
	initStringInfo(&folded);
	initStringInfo(&same);
	appendStringInfoChar(&mixed, 'A');
	appendStringInfoChar(&sorted, 'a');
	for (int i = 0; i < count * (int) lengthof(marks); i++)
	{
		appendBinaryStringInfo(&mixed, bytes, scim_put_utf8(bytes, marks[i % lengthof(marks)]));
		appendBinaryStringInfo(&sorted, bytes, scim_put_utf8(bytes, marks[i / count]));
	}
	scim_append_folded(&folded, mixed.data, mixed.len);
	scim_append_folded(&same, sorted.data, sorted.len);
	report(folded.len == same.len && memcmp(folded.data, same.data, same.len) == 0 &&
		   folded.len > mixed.len / 2,
		   "many marks, in any order");
	server_reset();
}

int
main(int argc, char **argv)
{
	if (argc != 2)
	{
		fprintf(stderr, "fold FILE\n");
		return 1;
	}
	test_file(argv[1]);
	test_no_boundary();
	test_characters();
	test_random_texts(20000);
	test_random_bytes(100000);
	test_many_marks(10000);
	printf("1..%d\n", tests);
	return failures > 0;
}
