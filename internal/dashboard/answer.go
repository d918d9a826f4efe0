package dashboard

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// failure is the body of every answer that is not a success.
type failure struct {
	Error  string `json:"error"`
	Remedy string `json:"remedy"`
}

// smallest is the number of bytes from which an answer is compressed.
const smallest = 1 << 10

// WriteJSON answers with a value as JSON, compressed if the client accepts it and that is worth it.
func WriteJSON(w http.ResponseWriter, r *http.Request, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		writeError(w, http.StatusInternalServerError, err.Error(), "")
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	write(w, r, http.StatusOK, visible(text))
}

// WriteSVG answers with a drawing.
func WriteSVG(w http.ResponseWriter, r *http.Request, svg []byte) {
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Content-Security-Policy", drawingPolicy)
	write(w, r, http.StatusOK, svg)
}

// writeError answers that a request was not carried out.
func writeError(w http.ResponseWriter, code int, text, remedy string) {
	body, err := json.Marshal(failure{text, remedy})
	if err != nil {
		body = []byte("{}") // two texts can always be encoded
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if code == http.StatusServiceUnavailable || code == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "1")
	}
	w.WriteHeader(code)
	_, _ = w.Write(visible(body))
}

func write(w http.ResponseWriter, r *http.Request, code int, text []byte) {
	w.Header().Add("Vary", "Accept-Encoding")
	if len(text) >= smallest && acceptsGzip(r) {
		var small bytes.Buffer
		z, err := gzip.NewWriterLevel(&small, gzip.BestSpeed)
		if err == nil {
			_, err = z.Write(text)
		}
		if err = errors.Join(err, z.Close()); err == nil {
			w.Header().Set("Content-Encoding", "gzip")
			text = small.Bytes()
		}
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(code)
	if r.Method != http.MethodHead {
		_, _ = w.Write(text)
	}
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == "gzip" && strings.TrimSpace(q) != "q=0" {
			return true
		}
	}
	return false
}

// readJSON reads the body of a request into a value. If it cannot be read, it answers so and returns false.
func readJSON(w http.ResponseWriter, r *http.Request, into any) bool {
	in := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	in.DisallowUnknownFields()
	err := in.Decode(into)
	if err == nil {
		if _, more := in.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the object")
		}
	}
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		writeError(w, http.StatusRequestEntityTooLarge, "the body is too large", "")
		return false
	}
	if err != nil {
		writeError(w, http.StatusBadRequest, "the body cannot be read: "+err.Error(), "")
		return false
	}
	return true
}
