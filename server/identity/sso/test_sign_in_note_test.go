package sso

import (
	"slices"
	"strings"
	"testing"
)

func TestDroppedGroupsAreTold(t *testing.T) {
	if notes := droppedNote(nil); len(notes) != 0 {
		t.Errorf("nothing was dropped: %+v", notes)
	}
	notes := droppedNote(append([]string{"sec-admins"}, slices.Repeat([]string{"other"}, 24)...))
	if len(notes) != 1 || notes[0].Field != "accounts.accepted_groups" || !strings.Contains(notes[0].Message, "sec-admins") ||
		!strings.Contains(notes[0].Message, "and 5 more") || notes[0].Hint == "" {
		t.Errorf("notes %+v", notes)
	}
}
