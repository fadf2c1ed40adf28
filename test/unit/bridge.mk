# Unit tests of the bridge, for inclusion in a Makefile of this folder:
# adds to the target "check".  By itself: make -f bridge.mk check
BRIDGE = ../../src/bridge
ERRORS = $(addprefix $(BRIDGE)/,own_errors.c buf.c scan.c)

check: check-bridge
check-bridge: bridge_scan bridge_errors
	./bridge_scan bridge_scan.txt
	./bridge_errors

bridge_scan: bridge_scan.c $(BRIDGE)/scan.c $(BRIDGE)/scan.h
	$(CC) -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined \
		-I$(BRIDGE) -o $@ bridge_scan.c $(BRIDGE)/scan.c

bridge_errors: bridge_errors.c $(ERRORS) $(wildcard $(BRIDGE)/*.h)
	$(CC) -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined \
		-I$(BRIDGE) -o $@ bridge_errors.c $(ERRORS)

clean: clean-bridge
clean-bridge:
	rm -f bridge_scan bridge_errors

.PHONY: check check-bridge clean clean-bridge
