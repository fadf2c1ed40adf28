/*
 * contention_forecast.c
 *		Does come true what scim_contention forecasts?
 *
 * Four writers write to resources at random times, as Poisson has them, at several rates.
 * One more, who writes nothing, asks each second how often others write each of them;
 * what that forecasts for 1, 5 and 20 seconds is compared with what came.
 */
#include "contention.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WRITERS 4
#define MAX_WRITES 20000		/* of a resource */
#define MAX_ASKED 1000			/* times that each is asked about */

static const double rates[] = {0.02, 0.1, 0.5}; /* of all writers together, a second */
static const double horizons[] = {1, 5, 20};

#define lengthof(array) (sizeof(array) / sizeof((array)[0]))

typedef struct Resource
{
	char		id[ID_SIZE];
	double		rate;			/* writes a second */
	pthread_mutex_t lock;
	double		writes[MAX_WRITES]; /* when each of them was over, in order */
	int			write_count;
	double		forecast[MAX_ASKED];	/* writes a second */
	double		asked[MAX_ASKED];	/* when that was told */
	int			asked_count;
} Resource;

static Resource *resources;
static int	resource_count;
static double sum_of_rates;
static double until;

/* ---- writing ---- */

static void
write_once(Agent *agent, Resource *resource)
{
	char		text[32];
	const char *code;

	snprintf(text, sizeof(text), "%d.%ld", agent->number, agent->calls);
	json_decref(call_tool(agent, "scim_patch_resource",
						  json_pack("{s:s,s:s,s:[{s:s,s:s,s:s}]}", "resource_type", "Tally",
									"resource_id", resource->id, "operations", "op", "replace",
									"path", "by", "value", text), &code));
	if (code)
		fail("scim_patch_resource", code);
	pthread_mutex_lock(&resource->lock);
	if (resource->write_count < MAX_WRITES)
		resource->writes[resource->write_count++] = now();
	pthread_mutex_unlock(&resource->lock);
}

/* One of them, each as often as its rate is. */
static Resource *
draw_resource(Agent *agent)
{
	double		drawn = random_fraction(agent) * sum_of_rates;

	for (int i = 0; i < resource_count; i++)
	{
		drawn -= resources[i].rate;
		if (drawn <= 0)
			return &resources[i];
	}
	return &resources[resource_count - 1];
}

static void *
write_on(void *argument)
{
	Agent	   *agent = argument;
	double		next = now();

	for (;;)
	{
		next -= log(random_fraction(agent)) * WRITERS / sum_of_rates;
		if (next >= until)
			return NULL;
		/* who is late does not wait: the times were drawn before */
		sleep_until(next);
		write_once(agent, draw_resource(agent));
	}
}

/* ---- asking ---- */

static void
ask_about(Agent *agent, Resource *resource)
{
	const char *values[] = {resource->id};
	char	   *told;

	if (resource->asked_count == MAX_ASKED)
		return;
	resource->asked[resource->asked_count] = now();
	told = ask(agent->connection,
			   "SELECT scim_contention('Tally', $1) ->> 'writes_per_minute'", 1, values);
	resource->forecast[resource->asked_count++] = atof(told) / 60;
	free(told);
}

/* ---- judging ---- */

/* Was it written within so many seconds after then? */
static bool
was_written(const Resource *resource, double then, double seconds)
{
	for (int i = 0; i < resource->write_count; i++)
		if (resource->writes[i] > then)
			return resource->writes[i] <= then + seconds;
	return false;
}

static void
judge(double rate, double seconds)
{
	double		forecast = 0;
	long		came = 0;
	long		asked = 0;

	for (int i = 0; i < resource_count; i++)
	{
		const Resource *resource = &resources[i];

		for (int k = 0; resource->rate == rate && k < resource->asked_count; k++)
		{
			if (resource->asked[k] + seconds > until)
				continue;
			forecast += 1 - exp(-resource->forecast[k] * seconds);
			came += was_written(resource, resource->asked[k], seconds);
			asked++;
		}
	}
	printf("{\"rate\": %g, \"seconds\": %g, \"asked\": %ld, \"forecast\": %.4f, \"came\": %.4f}\n",
		   rate, seconds, asked, forecast / (double) asked, (double) came / (double) asked);
}

/* ---- all of it ---- */

static void
make_resources(Agent *agent, int each)
{
	resource_count = each * (int) lengthof(rates);
	resources = calloc((size_t) resource_count, sizeof(Resource));
	if (resources == NULL)
		fail("memory", "none left");
	for (int i = 0; i < resource_count; i++)
	{
		resources[i].rate = rates[i % (int) lengthof(rates)];
		pthread_mutex_init(&resources[i].lock, NULL);
		make_tally(agent, resources[i].id);
		sum_of_rates += resources[i].rate;
	}
}

void
judge_forecast(int each, double warm_up, double seconds)
{
	Agent		asking;
	Agent		writing[WRITERS];
	pthread_t	threads[WRITERS];
	double		begin;

	start_agent(&asking, 0, "asks");
	make_resources(&asking, each);
	begin = now() + warm_up;
	until = begin + seconds;
	for (int i = 0; i < WRITERS; i++)
	{
		start_agent(&writing[i], i, "writes");
		if (pthread_create(&threads[i], NULL, write_on, &writing[i]) != 0)
			fail("threads", "none left");
	}
	for (double next = begin; next < until; next += 1)
	{
		sleep_until(next);
		for (int i = 0; i < resource_count; i++)
			ask_about(&asking, &resources[i]);
	}
	for (int i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	for (size_t r = 0; r < lengthof(rates); r++)
		for (size_t h = 0; h < lengthof(horizons); h++)
			judge(rates[r], horizons[h]);
}
