package db

import (
	"context"
	"fmt"
)

// SetAsideRow is a message that a sink's receiver refuses for what it is.
type SetAsideRow struct {
	SinkID  string
	Message string // event or checkpoint
	Ref     int64  // seq of the event, number of the checkpoint
	EventID string
	Type    string
	Answer  string // what the receiver said
	At      int64  // milliseconds since 1970
}

// InsertSetAside sets a message aside; one that is there already gets the newer answer.
func InsertSetAside(ctx context.Context, tx *Tx, r *SetAsideRow) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO sink_set_aside (sink_id, message, ref, event_id, type, answer, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (sink_id, message, ref) DO UPDATE SET answer = excluded.answer, at = excluded.at`,
		r.SinkID, r.Message, r.Ref, r.EventID, r.Type, r.Answer, r.At)
	if err != nil {
		return fmt.Errorf("set message aside: %w", err)
	}
	return nil
}

// DeleteSetAside forgets one, because it was delivered after all or is not wanted.
func DeleteSetAside(ctx context.Context, tx *Tx, sinkID, message string, ref int64) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM sink_set_aside WHERE sink_id = $1 AND message = $2 AND ref = $3`, sinkID, message, ref); err != nil {
		return fmt.Errorf("forget message that was set aside: %w", err)
	}
	return nil
}

const setAsideColumns = `sink_id, message, ref, event_id, type, answer, at`

// SetAside gives up to limit messages that a sink set aside, behind one of them or (message "") from the beginning: events by
// their seq, then checkpoints by their number.
func SetAside(ctx context.Context, q Queryer, sinkID, message string, ref int64, limit int) ([]SetAsideRow, error) {
	return setAsideRows(ctx, q, `SELECT `+setAsideColumns+` FROM sink_set_aside WHERE sink_id = $1
		AND ($2 = '' OR message < $2 OR message = $2 AND ref > $3) ORDER BY message DESC, ref LIMIT $4`, sinkID, message, ref, limit)
}

// SetAsideOf gives one of them, or none where the sink has set aside no such message.
func SetAsideOf(ctx context.Context, q Queryer, sinkID, message string, ref int64) ([]SetAsideRow, error) {
	return setAsideRows(ctx, q, `SELECT `+setAsideColumns+` FROM sink_set_aside WHERE sink_id = $1 AND message = $2 AND ref = $3`, sinkID, message, ref)
}

// any: what database/sql takes as parameters.
func setAsideRows(ctx context.Context, q Queryer, query string, args ...any) ([]SetAsideRow, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read messages set aside: %w", err)
	}
	defer rows.Close()
	var list []SetAsideRow
	for rows.Next() {
		var r SetAsideRow
		if err := rows.Scan(&r.SinkID, &r.Message, &r.Ref, &r.EventID, &r.Type, &r.Answer, &r.At); err != nil {
			return nil, fmt.Errorf("read messages set aside: %w", err)
		}
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read messages set aside: %w", err)
	}
	return list, nil
}

// CountSetAside says how many messages a sink has set aside.
func CountSetAside(ctx context.Context, q Queryer, sinkID string) (int64, error) {
	var n int64
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM sink_set_aside WHERE sink_id = $1`, sinkID).Scan(&n); err != nil {
		return 0, fmt.Errorf("count messages set aside: %w", err)
	}
	return n, nil
}
