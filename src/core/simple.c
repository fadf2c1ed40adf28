/*
 * simple.c
 *		Dates and binaries as text (RFC 7643 sections 2.3.5 and 2.3.6): read
 *		without the server, by plain memory.
 */
#include "base/ascii.h"
#include "core/simple.h"

/* ---- dateTime ---- */

typedef struct Reader
{
	const char *at;
	const char *end;
} Reader;

static bool
read_char(Reader *reader, char c)
{
	if (reader->at == reader->end || *reader->at != c)
		return false;
	reader->at++;
	return true;
}

/* Exactly "digits" digits, a number from low to high. */
static bool
read_number(Reader *reader, int digits, int low, int high, int *number)
{
	*number = 0;
	for (int i = 0; i < digits; i++)
	{
		if (reader->at == reader->end || !is_digit(*reader->at))
			return false;
		*number = *number * 10 + (*reader->at++ - '0');
	}
	return *number >= low && *number <= high;
}

static int
days_of_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool		is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && is_leap);
}

/* Days from 2000-01-01 to the day, in the proleptic Gregorian calendar. */
static int
days_since_2000(int year, int month, int day)
{
	int			years = year + 4800 - (month < 3);
	int			months = month < 3 ? month + 9 : month - 3; /* since March */

	return day - 1 + (153 * months + 2) / 5 + 365 * years + years / 4 - years / 100 + years / 400 -
		2483589;
}

/* ".5", of any length, as microseconds. */
static bool
read_fraction(Reader *reader, int *microseconds)
{
	int			unit = 100000;
	const char *start;

	*microseconds = 0;
	if (!read_char(reader, '.'))
		return true;
	for (start = reader->at; reader->at < reader->end && is_digit(*reader->at); reader->at++)
	{
		*microseconds += (*reader->at - '0') * unit;
		unit /= 10;
	}
	return reader->at > start;
}

/* "Z", "+02:00", or nothing. */
static bool
read_zone(Reader *reader, int *minutes)
{
	int			sign;
	int			hour;
	int			minute;

	*minutes = 0;
	if (reader->at == reader->end || read_char(reader, 'Z'))
		return true;
	sign = *reader->at == '-' ? -1 : 1;
	if (!(read_char(reader, '+') || read_char(reader, '-')) ||
		!read_number(reader, 2, 0, 14, &hour) || !read_char(reader, ':') ||
		!read_number(reader, 2, 0, 59, &minute))
		return false;
	*minutes = sign * (hour * 60 + minute);
	return true;
}

bool
scim_read_datetime(const char *text, int length, int64_t *instant)
{
	Reader		reader = {text, text + length};
	int			year;
	int			month;
	int			day;
	int			hour;
	int			minute;
	int			second;
	int			microseconds;
	int			zone;

	if (!read_number(&reader, 4, 0, 9999, &year) || !read_char(&reader, '-') ||
		!read_number(&reader, 2, 1, 12, &month) || !read_char(&reader, '-') ||
		!read_number(&reader, 2, 1, days_of_month(year, month), &day) || !read_char(&reader, 'T') ||
		!read_number(&reader, 2, 0, 23, &hour) || !read_char(&reader, ':') ||
		!read_number(&reader, 2, 0, 59, &minute) || !read_char(&reader, ':') ||
		!read_number(&reader, 2, 0, 59, &second) ||
		!read_fraction(&reader, &microseconds) || !read_zone(&reader, &zone) ||
		reader.at != reader.end)
		return false;
	*instant = ((int64_t) days_since_2000(year, month, day) * 86400 +
				hour * 3600 + (minute - zone) * 60 + second) * 1000000 + microseconds;
	return true;
}

/* ---- base64 ---- */

static int
sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (is_digit(c))
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	if (c == '/' || c == '_')
		return 63;
	return -1;
}

int
scim_read_base64(const char *text, int length, uint8_t *out)
{
	int			padding = 0;
	int			count = 0;
	uint32_t	bits = 0;

	while (padding < 2 && padding < length && text[length - 1 - padding] == '=')
		padding++;
	if (padding > 0 ? length % 4 != 0 : length % 4 == 1)
		return -1;
	length -= padding;
	for (int i = 0; i < length; i++)
	{
		int			value = sextet(text[i]);

		if (value < 0)
			return -1;
		bits = bits << 6 | (uint32_t) value;
		if (i % 4 > 0)
			out[count++] = (uint8_t) (bits >> (6 - 2 * (i % 4)));
	}
	return count;
}
