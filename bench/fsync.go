package main

import (
	"os"
	"path/filepath"
	"slices"
	"time"
)

// fsyncResult is what one durable write costs the disk at best.
type fsyncResult struct{ p50, p99 time.Duration }

// measureFsync appends 4 KiB and syncs, over and over, in dir.
func measureFsync(dir string, d time.Duration) (fsyncResult, error) {
	f, err := os.Create(filepath.Join(dir, "fsync"))
	if err != nil {
		return fsyncResult{}, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	page := make([]byte, 4096)
	var lat []time.Duration
	for end := time.Now().Add(d); time.Now().Before(end); {
		t := time.Now()
		if _, err := f.Write(page); err != nil {
			return fsyncResult{}, err
		}
		if err := f.Sync(); err != nil {
			return fsyncResult{}, err
		}
		lat = append(lat, time.Since(t))
	}
	slices.Sort(lat)
	return fsyncResult{lat[len(lat)/2], lat[len(lat)*99/100]}, nil
}
