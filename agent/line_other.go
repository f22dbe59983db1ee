//go:build !unix

package agent

import (
	"io"
	"net"
	"strconv"
)

func dialLocal(host string, port uint16) (io.ReadWriteCloser, error) {
	return net.Dial("tcp", net.JoinHostPort(host, strconv.Itoa(int(port))))
}
