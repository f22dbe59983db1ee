package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// loadResult is one round of closed-loop load.
type loadResult struct {
	perSecond float64
	p50, p99  time.Duration
}

// buildRequests returns whole HTTP/1.1 requests, one per body, so that the generator only writes bytes.
func buildRequests(path, token string, bodies [][]byte) [][]byte {
	var reqs [][]byte
	for _, b := range bodies {
		head := "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
		if token != "" {
			head += "Authorization: Bearer " + token + "\r\n"
		}
		reqs = append(reqs, append([]byte(head+"Content-Length: "+strconv.Itoa(len(b))+"\r\n\r\n"), b...))
	}
	return reqs
}

// load sends the requests in turn over c keep-alive connections for d. An answer other than 200 is an error.
func load(ctx context.Context, address string, reqs [][]byte, c int, d time.Duration) (loadResult, error) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	var next atomic.Int64
	all := make([][]time.Duration, c)
	errs := make([]error, c)
	var wg sync.WaitGroup
	start := time.Now()
	for i := range c {
		wg.Go(func() { all[i], errs[i] = drive(ctx, address, reqs, &next) })
	}
	wg.Wait()
	elapsed := time.Since(start)
	var lat []time.Duration
	for i := range c {
		if errs[i] != nil {
			return loadResult{}, errs[i]
		}
		lat = append(lat, all[i]...)
	}
	if len(lat) == 0 {
		return loadResult{}, fmt.Errorf("%s answered nothing", address)
	}
	slices.Sort(lat)
	return loadResult{float64(len(lat)) / elapsed.Seconds(), lat[len(lat)/2], lat[len(lat)*99/100]}, nil
}

func drive(ctx context.Context, address string, reqs [][]byte, next *atomic.Int64) ([]time.Duration, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	r := bufio.NewReaderSize(conn, 32<<10)
	var lat []time.Duration
	for ctx.Err() == nil {
		n := next.Add(1)
		t := time.Now()
		if _, err := conn.Write(reqs[n%int64(len(reqs))]); err != nil {
			return nil, err
		}
		status, body, err := readAnswer(r)
		if err != nil {
			return nil, err
		}
		if status != 200 {
			return nil, fmt.Errorf("%s answered %d: %.300s", address, status, body)
		}
		lat = append(lat, time.Since(t))
	}
	return lat, nil
}

// readAnswer reads one HTTP/1.1 answer that carries a Content-Length; the body is returned only where it explains a failure.
func readAnswer(r *bufio.Reader) (status int, body []byte, err error) {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return 0, nil, err
	}
	if len(line) < 12 {
		return 0, nil, fmt.Errorf("status line %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, nil, err
	}
	length := 0
	for {
		if line, err = r.ReadSlice('\n'); err != nil {
			return status, nil, err
		}
		if len(line) <= 2 {
			break
		}
		if name, value, ok := bytes.Cut(line, []byte(":")); ok && bytes.EqualFold(name, []byte("content-length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return status, nil, err
			}
		}
	}
	if status == 200 {
		_, err = r.Discard(length)
		return status, nil, err
	}
	body = make([]byte, length)
	_, err = io.ReadFull(r, body)
	return status, body, err
}

// median is the round in the middle by throughput.
func median(rs []loadResult) loadResult {
	s := slices.Clone(rs)
	slices.SortFunc(s, func(a, b loadResult) int { return int(a.perSecond - b.perSecond) })
	return s[len(s)/2]
}
