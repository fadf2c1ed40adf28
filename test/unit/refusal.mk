# Unit test of what a refused connection means (src/bridge), for inclusion in a
# Makefile of this folder: adds to the target "check".  By itself: make -f refusal.mk check
BRIDGE = ../../src/bridge
REFUSAL = $(addprefix $(BRIDGE)/,refusal.c buf.c scan.c)

check: check-refusal
check-refusal: refusal
	./refusal refusal.txt

refusal: refusal.c $(REFUSAL) $(wildcard $(BRIDGE)/*.h)
	$(CC) -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined \
		-I$(BRIDGE) -o $@ refusal.c $(REFUSAL)

clean: clean-refusal
clean-refusal:
	rm -f refusal

.PHONY: check-refusal clean-refusal
