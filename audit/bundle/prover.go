package bundle

import (
	"encoding/json"
	"fmt"
)

// proofsAtOnce is how many proofs are asked for in one go.
const proofsAtOnce = 500

// prover writes the proofs of entries, in their order.
type prover struct {
	enc     *json.Encoder
	src     Source
	waiting []int64
}

func (p *prover) add(seq int64) error {
	if p.waiting = append(p.waiting, seq); len(p.waiting) == proofsAtOnce {
		return p.flush()
	}
	return nil
}

func (p *prover) flush() error {
	if len(p.waiting) == 0 {
		return nil
	}
	hashes, err := p.src.Proofs(p.waiting)
	if err != nil {
		return err
	}
	if len(hashes) != len(p.waiting) {
		return fmt.Errorf("%d proofs for %d events", len(hashes), len(p.waiting))
	}
	for i, seq := range p.waiting {
		if err := p.enc.Encode(proof{seq, hashes[i]}); err != nil {
			return err
		}
	}
	p.waiting = p.waiting[:0]
	return nil
}
