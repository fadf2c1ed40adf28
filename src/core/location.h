/*
 * location.h
 *		The URIs of resources: scimver.base_url, the type's endpoint, the id.
 */
#ifndef SCIM_CORE_LOCATION_H
#define SCIM_CORE_LOCATION_H

/* What stands in front of the ids: "https://example.com/v2/Users/"; palloc'd. */
extern char *scim_location_base(const char *endpoint);

/*
 * The URI of the resource, with its id encoded; of the endpoint itself, if that
 * is NULL; palloc'd.
 */
extern char *scim_location(const char *endpoint, const char *id);

#endif							/* SCIM_CORE_LOCATION_H */
