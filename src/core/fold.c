/*
 * fold.c
 *		How text that is not caseExact is compared; entry point scim_append_folded.
 *
 * The table has what each character folds to, decomposed.  What is left to do
 * is what normal forms do (Unicode Standard, section 3.11): put marks in order,
 * and compose again.  That goes on from one character that combines with
 * nothing before it to the next, with no more memory than the result takes,
 * however many marks there are.
 */
#include "postgres.h"

#include "base/utf8.h"
#include "core/fold.h"
#include "core/fold_table.h"
#include "miscadmin.h"

StaticAssertDecl(FOLD_GROWTH == SCIM_FOLD_GROWTH, "fold.h says how long text gets");

/* The one mark that becomes a letter, once it stands where marks of its class do. */
#define IOTA_BELOW 0x345
#define IOTA 0x3B9

/* ---- the table ---- */

static uint16
entry_of(uint32 character)
{
	uint32		block = character / FOLD_BLOCK;

	return block < FOLD_BLOCKS
		? fold_entries[fold_blocks[block] * FOLD_BLOCK + character % FOLD_BLOCK]
		: 0;
}

/* The combining class of a character that is folded; 0: it is no mark. */
static int
class_of(uint32 folded)
{
	uint16		entry = entry_of(folded);

	return entry < FOLD_JOINS ? entry : 0;
}

/* Does the first of what it folds to combine with nothing that is before it? */
static bool
begins_anew(uint16 entry)
{
	return entry == 0 ||
		(entry >= FOLD_SEQUENCES && entry_of(abs(fold_sequences[entry - FOLD_SEQUENCES])) == 0);
}

bool
scim_is_fold_boundary(uint32 character)
{
	return begins_anew(entry_of(character));
}

/* Hangul is composed by arithmetic (section 3.12); 0: they do not compose. */
static uint32
compose_hangul(uint32 first, uint32 second)
{
	if (first >= 0x1100 && first <= 0x1112 && second >= 0x1161 && second <= 0x1175)
		return 0xAC00 + ((first - 0x1100) * 21 + (second - 0x1161)) * 28;
	if (first >= 0xAC00 && first <= 0xD7A3 && (first - 0xAC00) % 28 == 0 && second >= 0x11A8 &&
		second <= 0x11C2)
		return first + (second - 0x11A7);
	return 0;
}

/* What the two become together; 0: they do not compose. */
static uint32
compose(uint32 first, uint32 second)
{
	int			low = 0;
	int			high = FOLD_PAIRS;

	while (low < high)
	{
		int			middle = (low + high) / 2;
		const FoldPair *pair = &fold_pairs[middle];

		if (pair->second == second && pair->first == first)
			return pair->composed;
		if (pair->second < second || (pair->second == second && pair->first < first))
			low = middle + 1;
		else
			high = middle;
	}
	return compose_hangul(first, second);
}

/* ---- text, folded character by character ---- */

typedef struct Reader
{
	const char *at;
	const char *end;
	const int32 *rest;			/* of the sequence of the character before "at"; NULL: nothing */
} Reader;

/* False: there are no more. */
static bool
read_folded(Reader *reader, uint32 *folded)
{
	uint16		entry;

	if (!reader->rest)
	{
		if (reader->at >= reader->end)
			return false;
		*folded = scim_get_utf8(&reader->at, reader->end);
		entry = entry_of(*folded);
		if (entry < FOLD_SEQUENCES)
			return true;
		reader->rest = &fold_sequences[entry - FOLD_SEQUENCES];
	}
	*folded = abs(*reader->rest);
	reader->rest = *reader->rest < 0 ? NULL : reader->rest + 1;
	return true;
}

static void
put(StringInfo out, uint32 character)
{
	char		bytes[4];

	if (out->maxlen - out->len > (int) sizeof(bytes))
	{
		out->len += scim_put_utf8(out->data + out->len, character);
		out->data[out->len] = '\0';
	}
	else
		appendBinaryStringInfo(out, bytes, scim_put_utf8(bytes, character));
}

/* ---- marks ---- */

/* A number of marks, one behind the other. */
typedef struct Marks
{
	Reader		reader;			/* at the first */
	int			count;
	int			lowest;			/* of their classes */
	int			left;			/* so many did not become a part of the character before them */
} Marks;

/*
 * Goes through the marks in the order of their classes, once for each of these,
 * so that they need not be kept; composes the character before them (0: there
 * is none) with those that can be, and puts the others into "out" (NULL: only
 * counts them).  Returns what has become of the character.
 */
static uint32
compose_marks(uint32 character, Marks *marks, StringInfo out)
{
	int			next = marks->lowest;

	/* the class of the last one that did not compose: it is in the way of its like */
	int			last = 0;

	marks->left = 0;
	do
	{
		Reader		reader = marks->reader;
		int			class = next;
		uint32		mark;

		next = PG_INT32_MAX;
		for (int i = 0; i < marks->count && read_folded(&reader, &mark); i++)
		{
			int			its_class = class_of(mark);
			uint32		composed;

			CHECK_FOR_INTERRUPTS();
			if (its_class > class)
				next = Min(next, its_class);
			if (its_class != class)
				continue;
			composed = last < class ? compose(character, mark) : 0;
			if (composed)
				character = composed;
			else
			{
				last = class;
				marks->left++;
				if (out)
					put(out, mark == IOTA_BELOW ? IOTA : mark);
			}
		}
	} while (next != PG_INT32_MAX);
	return character;
}

/* ---- what combines ---- */

/* Reads marks, and behind them a character that is none; false: there is no such one. */
static bool
read_marks(Reader *reader, Marks *marks, uint32 *next)
{
	*marks = (Marks) {.reader = *reader, .lowest = PG_INT32_MAX};
	for (; read_folded(reader, next); marks->count++)
	{
		int			class = class_of(*next);

		CHECK_FOR_INTERRUPTS();
		if (class == 0)
			return true;
		marks->lowest = Min(marks->lowest, class);
	}
	return false;
}

/* Text that combines with nothing before and behind it. */
static void
fold_sequence(StringInfo out, const char *string, const char *end)
{
	Reader		reader = {string, end};
	uint32		character = 0;	/* the last one that is no mark; 0: none yet */
	uint32		next;
	bool		more;

	do
	{
		Marks		marks;
		uint32		whole;
		uint32		joined = 0;

		more = read_marks(&reader, &marks, &next);
		whole = marks.count > 0 ? compose_marks(character, &marks, NULL) : character;
		if (more && marks.left == 0 && entry_of(next) == FOLD_JOINS)
			joined = compose(whole, next);
		if (joined == 0 && whole)
			put(out, whole);
		if (marks.left > 0)
			(void) compose_marks(character, &marks, out);
		character = joined ? joined : next;
	} while (more);
}

/* A character, or one and what may combine with it. */
static void
fold_piece(StringInfo out, uint16 entry, bool alone, const char *string, const char *end)
{
	if (alone && entry >= FOLD_SEQUENCES && fold_sequences[entry - FOLD_SEQUENCES] < 0)
		put(out, -fold_sequences[entry - FOLD_SEQUENCES]);
	else
		fold_sequence(out, string, end);
}

void
scim_append_folded(StringInfo out, const char *string, int length)
{
	const char *end = string + length;
	const char *next = string;	/* behind what is read */
	const char *plain = string; /* from here on, all is as it shall be */
	uint16		entry = length > 0 ? entry_of(scim_get_utf8(&next, end)) : 0;

	while (string < end)
	{
		const char *behind = next;
		uint16		following = 0;
		bool		alone = true;

		CHECK_FOR_INTERRUPTS();
		while (behind < end)
		{
			following = entry_of(scim_get_utf8(&next, end));
			if (begins_anew(following))
				break;
			CHECK_FOR_INTERRUPTS();
			behind = next;
			alone = false;
		}
		if (!alone || entry > 0)
		{
			appendBinaryStringInfo(out, plain, string - plain);
			fold_piece(out, entry, alone, string, behind);
			plain = behind;
		}
		string = behind;
		entry = following;
	}
	appendBinaryStringInfo(out, plain, end - plain);
}

bool
scim_is_same_folded(const char *a, int a_length, const char *b, int b_length)
{
	StringInfoData x;
	StringInfoData y;
	bool		same;

	initStringInfo(&x);
	initStringInfo(&y);
	scim_append_folded(&x, a, a_length);
	scim_append_folded(&y, b, b_length);
	same = x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
	pfree(x.data);
	pfree(y.data);
	return same;
}
