package audit

import (
	"os"
	"testing"
)

// TestMain lets this test binary be its own child: the process that is killed in TestKillLosesNothing.
func TestMain(m *testing.M) {
	if dir := os.Getenv("AMBIT_TEST_APPEND_IN"); dir != "" {
		os.Exit(appendUntilKilled(dir))
	}
	os.Exit(m.Run())
}
