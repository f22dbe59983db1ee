package oauth

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
	"ambit/server/limit"
)

// authorizeDevice begins a device flow (RFC 8628, section 3.1). Claude Code sends only surface=claude_code; neither client_id nor
// scope is asked for, since every client gets the same: the scope agent.
func (s *Service) authorizeDevice(c *fiber.Ctx) error {
	private(c)
	f, err := readForm(c)
	if err != nil {
		return err
	}
	address, now := caller.Address(c), s.Now()
	if !s.starts.Take(limit.Network(address), now) {
		return errTooMany
	}
	agent := agentName(strings.Clone(c.Get(fiber.HeaderUserAgent)), f["device_name"])
	fl, deviceCode, err := s.flows.start(s.Rand, address, agent, now)
	if err != nil {
		return err
	}
	page := s.base(c) + "/device"
	return c.JSON(struct {
		DeviceCode string `json:"device_code"`
		UserCode   string `json:"user_code"`
		Page       string `json:"verification_uri"`
		Complete   string `json:"verification_uri_complete"`
		ExpiresIn  int    `json:"expires_in"`
		Interval   int    `json:"interval"`
	}{deviceCode, fl.userCode, page, page + "?user_code=" + url.QueryEscape(fl.userCode), int(flowLife.Seconds()), int(interval.Seconds())})
}
