# Unit tests of the bridge, for inclusion in a Makefile of this folder:
# adds to the target "check".  By itself: make -f bridge.mk check
BRIDGE = ../../src/bridge
ERRORS = $(addprefix $(BRIDGE)/,own_errors.c buf.c scan.c)
METRICS = $(addprefix $(BRIDGE)/,metrics.c own_errors.c buf.c scan.c)
GZIP = $(addprefix $(BRIDGE)/,gzip.c http_parse.c http_bytes.c buf.c scan.c)
HTTP = $(addprefix $(BRIDGE)/,http_parse.c http_body.c http_bytes.c) $(addprefix ../fuzz/,http_reading.c http_promises.c)
STRINGS = $(addprefix $(BRIDGE)/,buf.c scan.c)
PROXY = $(addprefix $(BRIDGE)/,http_address.c http_proxy.c http_crowd.c http_parse.c http_bytes.c buf.c scan.c)
AUTH = $(addprefix $(BRIDGE)/,auth.c scim_headers.c http_parse.c http_bytes.c buf.c scan.c)
SANITIZED = $(CC) -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -I$(BRIDGE)

check: check-bridge
BRIDGE_CHECKS = bridge_auth bridge_scan bridge_errors bridge_plain bridge_metrics bridge_rates bridge_gzip bridge_http bridge_proxy
check-bridge: $(BRIDGE_CHECKS)
	./bridge_auth
	./bridge_scan bridge_scan.txt
	./bridge_errors
	./bridge_plain
	./bridge_metrics ../../src/base/errors.c
	./bridge_rates
	./bridge_gzip
	./bridge_http ../data/http_heads.txt
	./bridge_proxy

bridge_scan: bridge_scan.c $(BRIDGE)/scan.c $(wildcard $(BRIDGE)/*.h)
	$(SANITIZED) -o $@ bridge_scan.c $(BRIDGE)/scan.c

bridge_errors: bridge_errors.c $(ERRORS) $(wildcard $(BRIDGE)/*.h)
	$(SANITIZED) -o $@ bridge_errors.c $(ERRORS)

bridge_auth: bridge_auth.c $(AUTH) $(wildcard $(BRIDGE)/*.h)
	$(SANITIZED) -o $@ bridge_auth.c $(AUTH) -lcrypto

bridge_plain: bridge_plain.c $(STRINGS) $(wildcard $(BRIDGE)/*.h)
	$(SANITIZED) -o $@ bridge_plain.c $(STRINGS)

bridge_metrics: bridge_metrics.c $(METRICS) $(wildcard $(BRIDGE)/*.h)
	$(SANITIZED) -o $@ bridge_metrics.c $(METRICS)

bridge_rates: bridge_rates.c $(BRIDGE)/rates.c $(wildcard $(BRIDGE)/*.h)
	$(SANITIZED) -o $@ bridge_rates.c $(BRIDGE)/rates.c

bridge_gzip: bridge_gzip.c $(GZIP) $(wildcard $(BRIDGE)/*.h)
	$(SANITIZED) -o $@ bridge_gzip.c $(GZIP) -lz

bridge_http: bridge_http.c $(HTTP) $(wildcard $(BRIDGE)/*.h ../fuzz/*.h)
	$(SANITIZED) -I../fuzz -o $@ bridge_http.c $(HTTP)

bridge_proxy: bridge_proxy.c $(PROXY) $(wildcard $(BRIDGE)/*.h)
	$(SANITIZED) -o $@ bridge_proxy.c $(PROXY)

clean: clean-bridge
clean-bridge:
	rm -f $(BRIDGE_CHECKS)

.PHONY: check check-bridge clean clean-bridge
