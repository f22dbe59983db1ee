package oauth

import (
	"fmt"
	"io"
	"sync"
	"time"

	"ambit/server/limit"
)

const (
	flowLife = 10 * time.Minute
	interval = 5 * time.Second
	// early is how much sooner than asked for a question may arrive: networks don't deliver to the millisecond.
	early = time.Second
	// lateAnswer is how long a flow that ran out can still say so.
	lateAnswer = 5 * time.Minute
	maxFlows   = 10_000
	maxAtOne   = 500 // of one site
)

// state of a device flow.
type state uint8

const (
	pending  state = iota
	approved       // family waits to be collected
	denied
	collected
)

// flow is one device authorization. It is in memory only: a restart means that the device starts again.
type flow struct {
	handle   string // names it in the browser's URLs; as good as a secret
	userCode string
	address  string // of the device
	site     string // of the device, as limit.Site
	agent    string // what the device calls itself
	until    time.Time

	visited  bool // somebody entered its code
	state    state
	family   string
	interval time.Duration
	asked    time.Time

	consent digest // of the cookie of the browser in which somebody pressed Approve
	person  string // id of whoever pressed it while signed in; "" for nobody in particular
	via     string // the connection by which they are to prove who they are
	arrived *arrival
}

// arrival is somebody who has just come back from the identity provider.
type arrival struct {
	personID, accountID, connection, user, session, refresh string
	at                                                      time.Time
}

// flows are the device flows under way.
type flows struct {
	key []byte

	mu       sync.Mutex
	byDevice map[digest]*flow
	byCode   map[digest]*flow
	byHandle map[digest]*flow
	sites    map[string]int // how many each site has
	purged   time.Time
}

func (f *flows) init(rand io.Reader) {
	f.key = make([]byte, 32)
	if _, err := io.ReadFull(rand, f.key); err != nil {
		panic(fmt.Sprintf("oauth: read randomness: %v", err)) // a server without randomness can't sign anybody in
	}
	f.byDevice, f.byCode, f.byHandle, f.sites = map[digest]*flow{}, map[digest]*flow{}, map[digest]*flow{}, map[string]int{}
}

// start begins a flow and returns its device code, which nothing here keeps.
func (f *flows) start(rand io.Reader, address, agent string, now time.Time) (fl *flow, deviceCode string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	site := limit.Site(address)
	f.makeRoom(site, now)
	if deviceCode, err = randomText(rand, base62, secretLength); err != nil {
		return nil, "", err
	}
	fl = &flow{address: address, site: site, agent: agent, until: now.Add(flowLife), interval: interval}
	if fl.handle, err = randomText(rand, base62, handleLength); err != nil {
		return nil, "", err
	}
	for fl.userCode == "" || f.byCode[digestOf(f.key, fl.userCode)] != nil {
		text, err := randomText(rand, codeAlphabet, codeLength)
		if err != nil {
			return nil, "", err
		}
		fl.userCode = text[:codeLength/2] + "-" + text[codeLength/2:]
	}
	f.byDevice[digestOf(f.key, deviceCode)] = fl
	f.byCode[digestOf(f.key, fl.userCode)] = fl
	f.byHandle[digestOf(f.key, fl.handle)] = fl
	f.sites[site]++
	return fl, deviceCode, nil
}

// makeRoom forgets flows that ran out a while ago, and where there are still too many, of this site or in all, one more: the oldest of
// those that nobody has turned to, or else the oldest. So starting many keeps nobody elsewhere from signing in.
func (f *flows) makeRoom(site string, now time.Time) {
	if f.sites[site] < maxAtOne && len(f.byDevice) < maxFlows {
		f.purge(now)
		return
	}
	f.purged = time.Time{}
	f.purge(now)
	crowded := f.sites[site] >= maxAtOne
	if !crowded && len(f.byDevice) < maxFlows {
		return
	}
	var first digest
	var found *flow
	for key, fl := range f.byDevice {
		if (!crowded || fl.site == site) && (found == nil || fl.before(found)) {
			first, found = key, fl
		}
	}
	f.forget(first, found)
}

// before is the order in which flows go when there are too many.
func (fl *flow) before(other *flow) bool {
	if fl.visited != other.visited {
		return !fl.visited
	}
	return fl.until.Before(other.until)
}

// purge forgets flows that ran out a while ago. It looks at all of them at most once in ten seconds.
func (f *flows) purge(now time.Time) {
	if since := now.Sub(f.purged); since >= 0 && since < 10*time.Second {
		return
	}
	f.purged = now
	for key, fl := range f.byDevice {
		if now.After(fl.until.Add(lateAnswer)) || fl.state == collected {
			f.forget(key, fl)
		}
	}
}

func (f *flows) forget(key digest, fl *flow) {
	delete(f.byDevice, key)
	delete(f.byCode, digestOf(f.key, fl.userCode))
	delete(f.byHandle, digestOf(f.key, fl.handle))
	if f.sites[fl.site]--; f.sites[fl.site] == 0 {
		delete(f.sites, fl.site)
	}
}

// poll is a question of the device (RFC 8628, section 3.5). A nil error hands out the family to collect, once.
func (f *flows) poll(deviceCode string, now time.Time) (family string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fl := f.byDevice[digestOf(f.key, deviceCode)]
	switch {
	case fl == nil || fl.state == collected:
		return "", errDevice
	case fl.state == denied:
		return "", errDenied
	case !now.Before(fl.until):
		return "", errExpired
	}
	last := fl.asked
	fl.asked = now
	if since := now.Sub(last); !last.IsZero() && since >= 0 && since < fl.interval-early {
		fl.interval += interval
		return "", errSlowDown
	}
	if fl.state == pending {
		return "", errPending
	}
	fl.state = collected
	return fl.family, nil
}

// giveBack lets a device ask once more for a family that could not be collected.
func (f *flows) giveBack(deviceCode string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fl := f.byDevice[digestOf(f.key, deviceCode)]; fl != nil && fl.state == collected {
		fl.state = approved
	}
}

// open is a copy of the flow that somebody may still decide about; ok is false where there is none.
func (f *flows) open(by map[digest]*flow, name string, now time.Time) (is flow, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fl := by[digestOf(f.key, name)]
	if fl == nil || fl.state != pending || !now.Before(fl.until) {
		return flow{}, false
	}
	return *fl, true
}

// ofCode is for whoever entered a code: from then on the flow is kept before others that nobody has turned to.
func (f *flows) ofCode(code string, now time.Time) (flow, bool) {
	fl, ok := f.open(f.byCode, code, now)
	if ok {
		f.change(fl.handle, now, func(fl *flow) { fl.visited = true })
	}
	return fl, ok
}

func (f *flows) ofHandle(handle string, now time.Time) (flow, bool) {
	return f.open(f.byHandle, handle, now)
}

// change alters a flow that is still open; ok is false where it isn't any more.
func (f *flows) change(handle string, now time.Time, alter func(*flow)) (ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fl := f.byHandle[digestOf(f.key, handle)]
	if fl == nil || fl.state != pending || !now.Before(fl.until) {
		return false
	}
	alter(fl)
	return true
}
