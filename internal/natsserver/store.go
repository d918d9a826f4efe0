package natsserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/nats-io/nats-server/v2/server"
)

// Names in the directory of a server's store.
const (
	storeData  = "jetstream" // the server's own
	storeAside = "damaged"   // the store that was moved aside last
)

// repairStore moves the store in dir aside if the server cannot use it, and returns the damage; nil if there
// is none. A store that was moved aside before is removed. nats is the server that has just started on the
// store, nil before it is started. A store is disposable: the coordinator fills an empty one from the results.
func repairStore(dir string, nats *server.Server) (damage error, err error) {
	if damage, err = damageOf(dir, nats); damage == nil || err != nil {
		return nil, err
	}
	if nats != nil {
		nats.Shutdown()
		nats.WaitForShutdown()
	}
	aside := filepath.Join(dir, storeAside)
	err = os.RemoveAll(aside)
	if err == nil {
		err = os.Rename(filepath.Join(dir, storeData), aside)
	}
	if err != nil {
		return nil, fmt.Errorf("set damaged store aside: %w", err)
	}
	return fmt.Errorf("%w; it is now in %s", damage, aside), nil
}

// damageOf looks for entries that are not files or directories of the server's, for consumers that the server
// would refuse to load together with their streams, and for consumers that it has not loaded although it
// can read their description.
func damageOf(dir string, nats *server.Server) (error, error) {
	if nats == nil {
		if damage, err := strangeFile(dir); damage != nil || err != nil {
			return damage, err
		}
	}
	metas, err := fs.Glob(os.DirFS(dir), path.Join(storeData, "*", "streams", "*", "obs", "*", server.JetStreamMetaFile))
	if err != nil {
		return nil, err
	}
	live := map[string]bool{}
	if nats != nil && len(metas) > 0 {
		if live, err = liveConsumers(nats); err != nil {
			return nil, fmt.Errorf("list consumers of the store: %w", err)
		}
	}
	for _, name := range metas {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // it is being removed
		}
		if err != nil {
			return nil, fmt.Errorf("check store: %w", err)
		}
		known, damage := consumerMeta(text)
		parts := strings.Split(name, "/")
		stream, consumer := parts[3], parts[5]
		if nats == nil && damage == nil {
			if damage, err = stateDamage(filepath.Join(dir, path.Dir(name), stateFile)); err != nil {
				return nil, fmt.Errorf("check store: %w", err)
			}
		}
		if damage == nil && known && nats != nil && !live[stream+"/"+consumer] {
			damage = errors.New("the server does not load it")
		}
		if damage != nil {
			return fmt.Errorf("consumer %s of stream %s is damaged: %w", consumer, stream, damage), nil
		}
	}
	return nil, nil
}

// stateDamage reads the file of a consumer's state, which need not be there, before the server does.
func stateDamage(path string) (damage error, err error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return excessiveState(text), nil
}

// requiredLevel is the metadata that says which version of the server's API a consumer needs.
const requiredLevel = "_nats.req.level"

// consumerMeta reads the file that describes a consumer as the server does. What cannot be
// read at all (not known) the server creates anew; for what it understands in part it takes the
// whole stream out of service.
func consumerMeta(text []byte) (known bool, damage error) {
	var info server.FileConsumerInfo
	if json.Unmarshal(text, &info) != nil {
		return false, nil
	}
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields()
	if err := strict.Decode(new(server.FileConsumerInfo)); err != nil {
		return true, err
	}
	level := info.Metadata[requiredLevel]
	if n, err := strconv.Atoi(level); level != "" && (err != nil || n > server.JSApiLevel) {
		return true, fmt.Errorf("it needs API level %q", level)
	}
	return true, nil
}

// liveConsumers lists the consumers that a server has, as stream/consumer.
func liveConsumers(nats *server.Server) (map[string]bool, error) {
	info, err := nats.Jsz(&server.JSzOptions{Accounts: true, Streams: true, Consumer: true})
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, account := range info.AccountDetails {
		for i := range account.Streams {
			for _, c := range account.Streams[i].Consumer {
				out[account.Streams[i].Name+"/"+c.Name] = true
			}
		}
	}
	return out, nil
}
