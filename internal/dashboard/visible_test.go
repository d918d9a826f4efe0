package dashboard

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestTextsShowWhatTheyHold answers with a text that would imitate others, and with one that has nothing invisible.
func TestTextsShowWhatTheyHold(t *testing.T) {
	for text, want := range map[string]string{
		"a\x1b[31m\u202eb\u009b\x7f\r\u2028\U000e0041": `a\u001b[31m\u202eb\u009b\u007f\r\u2028\ue0041`,
		"line\n\tnext <b> & \\ \" é 神\u200d":           "line\n\tnext <b> & \\ \" é 神\u200d",
		`typed \u001b`:                                 `typed \u001b`,
		"":                                             "",
	} {
		answer := httptest.NewRecorder()
		WriteJSON(answer, httptest.NewRequest(http.MethodGet, "/api/x", nil), map[string]string{"name": text})
		var got map[string]string
		if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil || got["name"] != want {
			t.Errorf("%q is answered as %q, want %q (%v)", text, got["name"], want, err)
		}
		failed := httptest.NewRecorder()
		writeError(failed, http.StatusNotFound, text, text)
		var said failure
		if err := json.Unmarshal(failed.Body.Bytes(), &said); err != nil || said != (failure{want, want}) {
			t.Errorf("%q is an error as %+v (%v)", text, said, err)
		}
	}
}
