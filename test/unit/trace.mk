# Unit test of traces (src/base), for inclusion in a Makefile of this folder: adds to
# the target "check".  By itself: make -f trace.mk check
check: check-trace
check-trace: trace
	./trace trace.txt

trace: trace.c ../../src/base/trace.c ../../src/base/trace.h
	$(CC) -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined \
		-I../../src -o $@ trace.c ../../src/base/trace.c

clean: clean-trace
clean-trace:
	rm -f trace

.PHONY: check-trace clean-trace
