package driver

import (
	"fmt"
	"strings"
)

// Tap prints results as TAP.
type Tap struct{ tests, failed int }

func (t *Tap) ok(passed bool, name string, detail any) {
	t.tests++
	word := "ok"
	if !passed {
		t.failed++
		word = "not ok"
	}
	fmt.Printf("%s %d - %s\n", word, t.tests, name)
	if !passed {
		fmt.Printf("# %s\n", strings.ReplaceAll(fmt.Sprintf("%.2000v", detail), "\n", "\n# "))
	}
}

// equal compares what two values print: they are texts, numbers, and lists of them.
func (t *Tap) equal(got, wanted any, name string) {
	g, w := fmt.Sprint(got), fmt.Sprint(wanted)
	t.ok(g == w, name, "got "+g+", wanted "+w)
}

func (t *Tap) finish() int {
	fmt.Printf("1..%d\n", t.tests)
	return min(t.failed, 1)
}
